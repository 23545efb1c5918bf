import LumbungSignatures

/// Reads `resign`: a preset's name, or a mapping with the name and the secret.
struct ResignReader {
    static let keys = ["preset"] + secretKeys
    private static let secretKeys = ["secret", "secret_file"]

    /// Where relative paths start.
    let workingDirectory: String
    /// The sources of the file; nil when something is wrong with them, so that nothing can be said about them.
    let sources: [SourceConfiguration]?

    /// What proves a sender's events anew; nil when something is wrong.
    func read(_ node: LocatedNode, _ problems: inout ProblemList) -> ResignConfiguration? {
        var name = node
        var secrets: [Secret] = []
        if case .mapping = node.content {
            guard let reader = MappingReader(node, name: "resign", keys: Self.keys, &problems) else { return nil }
            let known = problems.count
            var secretReader = SecretReader.verifying(workingDirectory: workingDirectory, owner: "`resign`")
            secretReader.names = Self.secretKeys
            secrets = secretReader.read(reader, &problems)
            guard let entry = reader["preset"] else {
                problems.add(reader.location, "`resign` needs `preset: NAME`, such as {preset: stripe, secret: …}")
                return nil
            }
            guard problems.count == known else { return nil }
            name = entry.value
        }
        guard let preset = preset(name, &problems), let sources else { return nil }
        return configuration(preset, secrets.first, of: sources, at: node.location, &problems)
    }

    private func preset(_ node: LocatedNode, _ problems: inout ProblemList) -> Preset? {
        guard let scalar = node.scalar("resign", expected: "a preset's name such as stripe", &problems) else {
            return nil
        }
        let catalog = PresetCatalog.all
        guard let preset = catalog[scalar.text] else {
            let hint = NearestName.hint(
                for: scalar.written, among: catalog.names, otherwise: "; `lumbung sources list` shows them all")
            problems.add(node.location, "`resign`: there is no such preset\(hint)")
            return nil
        }
        if let obstacle = preset.resigning.obstacle {
            problems.add(node.location, "`resign`: what `\(preset.name)` sends cannot be signed anew: \(obstacle)")
            return nil
        }
        return preset
    }

    private func configuration(
        _ preset: Preset, _ secret: Secret?, of sources: [SourceConfiguration], at location: FileLocation,
        _ problems: inout ProblemList
    ) -> ResignConfiguration? {
        let senders = sources.filter { $0.preset == preset.name }
        do throws(Fault) {
            guard !senders.isEmpty else {
                throw Fault("no source has the preset `\(preset.name)`, so nothing would be signed")
            }
            try Self.checkProven(senders, preset.name)
            let keyed =
                if let secret {
                    try Self.keyed(preset.resigning.rules, secret)
                } else {
                    try Self.keyed(preset.name, senders)
                }
            let resign = ResignConfiguration(
                preset: preset.name, rule: keyed.rule, secret: Secret(keyed.secrets.first ?? ""),
                forwarded: preset.forwarded)
            return try Self.checked(resign)
        } catch {
            problems.add(location, "`resign`: \(error.sentence)")
            return nil
        }
    }

    /// Refuses senders whose events would never be signed.
    private static func checkProven(_ senders: [SourceConfiguration], _ preset: String) throws(Fault) {
        if let open = senders.first(where: \.isOpenToAnyone) {
            throw Fault(
                "anyone who reaches the listener can send to the source `\(open.name)`, and nothing that it takes is signed "
                    + "as `\(preset)`: set `verify` with a secret there, or let it have another preset")
        }
        guard senders.allSatisfy(\.provenAs.isEmpty) else { return }
        throw Fault(
            (senders.count == 1 ? "the source \(names(senders)) has" : "the sources \(names(senders)) have")
                + " another `verify` than the preset `\(preset)`, so nothing would be signed: take it out, or change its "
                + "`tolerance` alone")
    }

    private static func names(_ senders: [SourceConfiguration]) -> String {
        senders.map { "`\($0.name)`" }.joined(separator: " and ")
    }

    /// The rule that a secret is for.
    private static func keyed(_ rules: [VerificationRule], _ secret: Secret) throws(Fault) -> KeyedRule {
        do throws(VerifierError) {
            let keyed = try KeyedRule.sharing([secret.revealed], among: rules)
            if let chosen = plainest(keyed) { return chosen }
        } catch {
            throw Fault(error.description)
        }
        throw Fault("no secret fits any of the rules")
    }

    /// The rule and secrets of the only source that has the preset, which checks as the preset does.
    private static func keyed(_ preset: String, _ senders: [SourceConfiguration]) throws(Fault) -> KeyedRule {
        let wanted = "write {preset: \(preset), secret: …} with the secret that the destination checks with"
        guard let source = senders.first, senders.count == 1 else {
            throw Fault(
                "the sources \(names(senders)) have the preset `\(preset)`, each with secrets of its own: \(wanted)")
        }
        let own = source.verification.filter { $0.rule.resigningObstacle == nil && !$0.secrets.isEmpty }
        guard let keyed = plainest(own.map(\.keyed)) else {
            throw Fault("the source `\(source.name)` has no secret for what the preset `\(preset)` checks: \(wanted)")
        }
        return keyed
    }

    /// Of a token and a key of Standard Webhooks, which a text may both be, the token: a sender that knows both has keys
    /// with a prefix, which are no tokens.
    private static func plainest(_ rules: [KeyedRule]) -> KeyedRule? {
        let isKey = { (rule: KeyedRule) in if case .standardWebhooks = rule.rule { true } else { false } }
        return rules.first { !isKey($0) } ?? rules.first
    }

    private static func checked(_ resign: ResignConfiguration) throws(Fault) -> ResignConfiguration {
        if case .token = resign.rule, let fault = HeaderRules.fault(inValue: resign.secret.revealed) {
            throw Fault("the secret is sent as a header and \(fault)")
        }
        do throws(VerifierError) {
            _ = try resign.proof()
            return resign
        } catch {
            throw Fault(error.description)
        }
    }

    /// What is wrong, in a sentence that repeats no secret.
    private struct Fault: Error {
        let sentence: String

        init(_ sentence: String) {
            self.sentence = sentence
        }
    }
}
