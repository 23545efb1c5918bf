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
        source.verifyToken = verifyToken(reader, &problems)
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

    private func verifyToken(_ reader: MappingReader, _ problems: inout ProblemList) -> Secret? {
        if let file = reader["verify_token_file"] {
            if reader["verify_token"] != nil {
                problems.add(
                    file.keyLocation, "a source has at most one of `verify_token` and `verify_token_file`")
            }
            return verifyTokenFile(file.value, &problems)
        }
        guard let (text, location) = reader.text("verify_token", &problems) else { return nil }
        return Self.verifyToken(text, calling: "`verify_token`", at: location, &problems)
    }

    private func verifyTokenFile(_ node: LocatedNode, _ problems: inout ProblemList) -> Secret? {
        let expected = "the path of a file that holds the token"
        guard let scalar = node.scalar("verify_token_file", expected: expected, &problems) else { return nil }
        guard !scalar.text.isEmpty else {
            node.refuseText("verify_token_file", expected: expected, &problems)
            return nil
        }
        let file = "the file \(DisplayText.quoted(scalar.written)) for `verify_token_file`"
        do throws(BoundedFile.Fault) {
            let text = try BoundedFile.value(at: BoundedFile.resolve(scalar.text, in: workingDirectory))
            return Self.verifyToken(text, calling: "the token in \(file)", at: node.location, &problems)
        } catch {
            problems.add(node.location, "cannot read \(file): \(error.reason)")
            return nil
        }
    }

    private static func verifyToken(
        _ text: String, calling name: String, at location: FileLocation, _ problems: inout ProblemList
    ) -> Secret? {
        let isFit =
            (1...verifyTokenMaxBytes).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        if isFit { return Secret(text) }
        problems.add(
            location, "\(name): expected 1 to \(verifyTokenMaxBytes) bytes of text without control characters")
        return nil
    }
}
