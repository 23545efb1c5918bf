/// What in a request is an event, and what names it.
extension SourceReader {
    /// The longest fixed type, in bytes.
    static let typeMaxBytes = 256

    static func readContent(
        _ reader: MappingReader, into source: inout SourceConfiguration, _ problems: inout ProblemList
    ) {
        checkSplit(reader, &problems)
        if let id = reader["id"]?.value { source.identity = identityRules(id, &problems) }
        if let (text, location) = reader.text("type", &problems) {
            source.type = typeRule(text, at: location, &problems) ?? source.type
        }
    }

    private static func checkSplit(_ reader: MappingReader, _ problems: inout ProblemList) {
        guard let (pointer, location) = reader.text("split", &problems), !pointer.isEmpty else { return }
        problems.add(location, "`split` other than \"\" (the top level) is not supported in this version")
    }

    private static func identityRules(_ node: LocatedNode, _ problems: inout ProblemList) -> [IdentityRule] {
        let expected = "json:/pointer, header:Name, sha256, or a list of them"
        guard case .list(let elements) = node.content else {
            return identityRule(node, expected: expected, &problems).map { [$0] } ?? []
        }
        if elements.isEmpty { problems.add(node.location, "`id` is an empty list: expected \(expected)") }
        var rules: [IdentityRule] = []
        for element in elements {
            if rules.last == .sha256 {
                problems.add(element.location, "`id`: nothing behind `sha256` is ever tried, for that always succeeds")
                break
            }
            if let rule = identityRule(element, expected: "json:/pointer, header:Name or sha256", &problems) {
                rules.append(rule)
            }
        }
        return rules
    }

    private static func identityRule(
        _ node: LocatedNode,
        expected: String,
        _ problems: inout ProblemList
    ) -> IdentityRule? {
        guard let scalar = node.scalar("id", expected: expected, &problems) else { return nil }
        if scalar.text == "sha256" { return .sha256 }
        switch Place(scalar.text, key: "id") {
        case .json(let pointer): return .json(pointer: pointer)
        case .header(let name): return .header(name: name)
        case .invalid(let message): problems.add(node.location, message)
        case .other where scalar.text.contains("{"):
            problems.add(node.location, "`id`: a template is not supported in this version; expected \(expected)")
        case .other: node.refuseText("id", expected: expected, &problems)
        }
        return nil
    }

    private static func typeRule(
        _ text: String,
        at location: FileLocation,
        _ problems: inout ProblemList
    ) -> TypeRule? {
        switch Place(text, key: "type") {
        case .json(let pointer): return .json(pointer: pointer)
        case .header(let name): return .header(name: name)
        case .invalid(let message): problems.add(location, message)
        case .other where isFixedType(text): return .text(text)
        case .other:
            problems.add(
                location,
                "`type`: expected json:/pointer, header:Name or 1 to \(typeMaxBytes) bytes of text "
                    + "without control characters")
        }
        return nil
    }

    static func isFixedType(_ text: String) -> Bool {
        (1...typeMaxBytes).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    /// A place in a request: the forms that `id` and `type` share.
    private enum Place {
        case json(String)
        case header(String)
        case invalid(String)
        case other

        init(_ text: String, key: String) {
            if text.hasPrefix("json:") {
                let pointer = String(text.dropFirst(5))
                self =
                    PointerText.isFit(pointer)
                    ? .json(pointer)
                    : .invalid("`\(key)`: expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid")
            } else if text.hasPrefix("header:") {
                let name = String(text.dropFirst(7))
                self =
                    HeaderRules.isName(name)
                    ? .header(name)
                    : .invalid("`\(key)`: expected a header's name behind `header:`, such as header:X-Request-Id")
            } else {
                self = .other
            }
        }
    }
}
