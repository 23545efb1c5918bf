import LumbungSignatures

extension SourceConfiguration {
    /// What its events are proven as: its preset, when a request has to pass one of the preset's own rules, whatever the
    /// tolerance; empty when requests prove nothing, or are checked in another way.
    var provenAs: String {
        let rules = (PresetCatalog.all[preset]?.rules(split: split) ?? []).filter { $0 != .none }
        let own = Set(rules.map(\.withoutTolerance))
        let isProven = verification.allSatisfy { own.contains($0.rule.withoutTolerance) }
        return isProven && !verification.isEmpty ? preset : ""
    }
}
