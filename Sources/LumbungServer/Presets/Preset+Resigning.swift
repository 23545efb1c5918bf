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
        guard let verify = source.first(where: { $0.key == "verify" })?.value else {
            return Resigning(rules: [], obstacle: "it says nothing about how its requests are proven")
        }
        var problems = ProblemList()
        // A preset names no files.
        let reader = VerificationReader(split: .root, secretReader: .verifying(workingDirectory: "/"))
        let rules = reader.read(verify, &problems).map(\.rule)
        let able = rules.filter { $0.resigningObstacle == nil }
        return Resigning(rules: able, obstacle: able.isEmpty ? rules.first?.resigningObstacle ?? "" : nil)
    }

    /// The headers that are passed on beside the proof, as its file has them.
    var forwarded: [String] {
        guard case .list(let nodes)? = about.first(where: { $0.key == "forward" })?.value.content else { return [] }
        return nodes.compactMap { node in if case .scalar(let scalar) = node.content { scalar.text } else { nil } }
    }
}
