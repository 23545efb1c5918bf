import LumbungKit

/// Which questions of the sender are answered at once.
extension SourceReader {
    static let handshakeKeys = ["handshake", "verify_token", "verify_token_file"]
    /// The longest `verify_token`, in bytes.
    static let verifyTokenMaxBytes = 512

    func readHandshakes(
        _ reader: MappingReader, into source: inout SourceConfiguration, _ problems: inout ProblemList
    ) {
        if let node = reader["handshake"]?.value { source.handshakes = Self.handshakes(node, &problems) }
        source.verifyToken = TokenReader(
            workingDirectory: workingDirectory, key: "verify_token", maxBytes: Self.verifyTokenMaxBytes
        ).read(reader, &problems)
        if !source.handshakes.contains(.meta) {
            reader.refuse(["verify_token", "verify_token_file"], without: "`meta` in `handshake`", &problems)
        }
    }

    private static func handshakes(_ node: LocatedNode, _ problems: inout ProblemList) -> [Handshake] {
        let words = Handshake.allCases.map(\.rawValue).joined(separator: ", ")
        guard case .list(let elements) = node.content else {
            return handshake(node, expected: words + " or a list of them", &problems).map { [$0] } ?? []
        }
        var handshakes: [Handshake] = []
        for element in elements {
            guard let handshake = handshake(element, expected: words, &problems) else { continue }
            if handshakes.contains(handshake) {
                problems.add(element.location, "`handshake`: `\(handshake.rawValue)` stands here twice")
            }
            handshakes.append(handshake)
        }
        return handshakes
    }

    private static func handshake(
        _ node: LocatedNode, expected: String, _ problems: inout ProblemList
    ) -> Handshake? {
        guard let scalar = node.scalar("handshake", expected: expected, &problems) else { return nil }
        if let handshake = Handshake(rawValue: scalar.text) { return handshake }
        node.refuseText("handshake", expected: expected, &problems)
        return nil
    }
}
