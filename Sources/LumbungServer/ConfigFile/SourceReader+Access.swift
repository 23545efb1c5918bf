import LumbungCore
import LumbungSignatures

/// Who may send, how much, and what the answer is.
extension SourceReader {
    static let accessKeys = ["allow", "token", "token_file", "rate", "answer"]
    /// The most addresses and blocks of one source.
    static let allowMaxCount = 1000
    /// The longest token, in bytes.
    static let tokenMaxBytes = 4096

    func readAccess(
        _ reader: MappingReader, into source: inout SourceConfiguration, _ problems: inout ProblemList
    ) {
        if let node = reader["allow"]?.value { source.allow = Self.allow(node, &problems) }
        source.token = TokenReader(
            workingDirectory: workingDirectory, key: "token", maxBytes: Self.tokenMaxBytes
        ).read(reader, &problems)
        source.rate = reader.rate("rate", &problems)
        if let node = reader["answer"]?.value {
            let answer = MappingReader(node, name: "answer", keys: ["status"], &problems)
            source.answerStatus = answer?.wholeNumber("status", in: 200...299, &problems) ?? source.answerStatus
        }
    }

    private static func allow(_ node: LocatedNode, _ problems: inout ProblemList) -> [AddressBlock] {
        let one = "an IP address or a block such as 192.0.2.0/24"
        let expected = "a list of 1 to \(allowMaxCount) IP addresses or blocks such as 192.0.2.0/24"
        guard let elements = node.list("allow", expected: expected, &problems) else { return [] }
        if elements.isEmpty { problems.add(node.location, "`allow` is empty: expected \(expected)") }
        if elements.count > allowMaxCount {
            problems.add(node.location, "`allow`: expected at most \(allowMaxCount), found \(elements.count)")
        }
        var blocks: [AddressBlock] = []
        for element in elements {
            guard let scalar = element.scalar("allow", expected: one, &problems) else { continue }
            guard let block = AddressBlock(scalar.text) else {
                element.refuseText("allow", expected: one, &problems)
                continue
            }
            blocks.append(block)
        }
        return blocks
    }
}

extension SourceConfiguration {
    /// Whether anybody who reaches the listener can write to it.
    var isOpenToAnyone: Bool { verification.contains { $0.rule == .none } && allow.isEmpty && token == nil }
}
