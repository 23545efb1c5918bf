import LumbungCore
import LumbungSignatures

/// How a preset's sender proves itself, for whoever has to do it again.
extension Preset {
    /// The rules by which it can be done, and why it cannot where there is none.
    struct Resigning {
        let rules: [VerificationRule]
        let obstacle: String?
    }

    /// What its `verify` makes possible.
    var resigning: Resigning {
        let rules = rules(split: .root)
        let able = rules.filter { $0.resigningObstacle == nil }
        guard able.isEmpty else { return Resigning(rules: able, obstacle: nil) }
        return Resigning(
            rules: [],
            obstacle: rules.first?.resigningObstacle ?? "it says nothing about how its requests are proven")
    }

    /// The rules of its `verify`, for events that stand in the array at a pointer; none when it says nothing.
    func rules(split: JSONPointer) -> [VerificationRule] {
        guard let verify = source.first(where: { $0.key == "verify" })?.value else { return [] }
        var problems = ProblemList()
        // A preset names no files.
        let reader = VerificationReader(split: split, secretReader: .verifying(workingDirectory: "/"))
        return reader.read(verify, &problems).map(\.rule)
    }

    /// The headers that are passed on beside the proof, as its file has them.
    var forwarded: [String] {
        guard case .list(let nodes)? = about.first(where: { $0.key == "forward" })?.value.content else { return [] }
        return nodes.compactMap { node in if case .scalar(let scalar) = node.content { scalar.text } else { nil } }
    }
}
