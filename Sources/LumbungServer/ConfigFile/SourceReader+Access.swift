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
        source.token = token(reader, &problems)
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

    private func token(_ reader: MappingReader, _ problems: inout ProblemList) -> Secret? {
        if let file = reader["token_file"] {
            if reader["token"] != nil {
                problems.add(file.keyLocation, "a source has at most one of `token` and `token_file`")
            }
            return tokenFile(file.value, &problems)
        }
        guard let (text, location) = reader.text("token", &problems) else { return nil }
        return Self.token(text, calling: "`token`", at: location, &problems)
    }

    private func tokenFile(_ node: LocatedNode, _ problems: inout ProblemList) -> Secret? {
        let expected = "the path of a file that holds the token"
        guard let scalar = node.scalar("token_file", expected: expected, &problems) else { return nil }
        guard !scalar.text.isEmpty else {
            node.refuseText("token_file", expected: expected, &problems)
            return nil
        }
        let file = "the file \(DisplayText.quoted(scalar.written)) for `token_file`"
        do throws(BoundedFile.Fault) {
            let text = try BoundedFile.value(at: BoundedFile.resolve(scalar.text, in: workingDirectory))
            return Self.token(text, calling: "the token in \(file)", at: node.location, &problems)
        } catch {
            problems.add(node.location, "cannot read \(file): \(error.reason)")
            return nil
        }
    }

    private static func token(
        _ text: String, calling name: String, at location: FileLocation, _ problems: inout ProblemList
    ) -> Secret? {
        let isFit = (1...tokenMaxBytes).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        if isFit { return Secret(text) }
        problems.add(location, "\(name): expected 1 to \(tokenMaxBytes) bytes of text without control characters")
        return nil
    }
}

extension SourceConfiguration {
    /// Whether anybody who reaches the listener can write to it.
    var isOpenToAnyone: Bool { verification.contains { $0.rule == .none } && allow.isEmpty && token == nil }
}
