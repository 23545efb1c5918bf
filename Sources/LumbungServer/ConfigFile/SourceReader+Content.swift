import LumbungCore
import LumbungKit

/// What in a request is an event, and what names it.
extension SourceReader {
    /// The longest fixed type or tenant, in bytes.
    static let typeMaxBytes = 256

    static func readContent(
        _ reader: MappingReader, into source: inout SourceConfiguration, _ problems: inout ProblemList
    ) {
        if let format = reader["format"]?.value { source.formats = formats(format, &problems) }
        source.split = split(reader, &problems) ?? source.split
        if let id = reader["id"]?.value { source.identity = identityRules(id, &problems) }
        if let (text, location) = reader.text("type", &problems) {
            source.type = textRule("type", text, at: location, &problems) ?? source.type
        }
        if let (text, location) = reader.text("tenant", &problems), !text.isEmpty {
            source.tenant = textRule("tenant", text, at: location, &problems)
        }
        if let time = reader["time"]?.value { source.time = timePlaces(time, &problems) }
        checkFormats(source, reader, &problems)
    }

    private static func split(_ reader: MappingReader, _ problems: inout ProblemList) -> JSONPointer? {
        let expected = "\"\" for the top level, or a JSON Pointer (RFC 6901) such as /events"
        return reader.converted("split", expected: expected, &problems) { text in
            text.isEmpty ? .root : PointerText.pointer(text)
        }
    }

    private static func identityRules(_ node: LocatedNode, _ problems: inout ProblemList) -> [IdentityRule] {
        let one = "json:/pointer, header:Name, form:name, sha256 or a template of them"
        guard case .list(let elements) = node.content else {
            return identityRule(node, expected: one + ", or a list", &problems).map { [$0] } ?? []
        }
        if elements.isEmpty { problems.add(node.location, "`id` is an empty list: expected \(one)") }
        var rules: [IdentityRule] = []
        for element in elements {
            if let last = rules.last, last == .sha256 || last == .arrival {
                problems.add(element.location, "`id`: nothing behind `\(last)` is ever tried, for that always succeeds")
                break
            }
            if let rule = identityRule(element, expected: one, &problems) { rules.append(rule) }
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
        if scalar.text == "arrival" { return .arrival }
        switch ValueText(scalar.text) {
        case .place(.json(let pointer)): return .json(pointer)
        case .place(.header(let name)): return .header(name)
        case .place(.form(let name)): return .form(name)
        case .template(let template): return .template(template)
        case .unfit(let fault): problems.add(node.location, "`id`: \(fault)")
        case .other: node.refuseText("id", expected: expected, &problems)
        }
        return nil
    }

    private static func textRule(
        _ key: String,
        _ text: String,
        at location: FileLocation,
        _ problems: inout ProblemList
    ) -> TypeRule? {
        switch ValueText(text) {
        case .place(.json(let pointer)): return .json(pointer)
        case .place(.header(let name)): return .header(name)
        case .place(.form(let name)): return .form(name)
        case .template(let template): return .template(template)
        case .unfit(let fault): problems.add(location, "`\(key)`: \(fault)")
        case .other where text == "sha256" || text == "arrival":
            problems.add(location, "`\(key)`: `\(text)` is a word of `id`, and here would be the text of every event")
        case .other where isFixedType(text): return .text(text)
        case .other:
            problems.add(
                location,
                "`\(key)`: expected json:/pointer, header:Name, form:name, a template of them or 1 to \(typeMaxBytes) "
                    + "bytes of text without control characters")
        }
        return nil
    }

    /// The most places of `time`.
    static let maxTimePlaces = 4

    private static func timePlaces(_ node: LocatedNode, _ problems: inout ProblemList) -> [ValuePlace] {
        let one = "json:/pointer, header:Name or form:name"
        let nodes: [LocatedNode]
        if case .list(let elements) = node.content { nodes = elements } else { nodes = [node] }
        if nodes.count > maxTimePlaces {
            problems.add(node.location, "`time`: expected at most \(maxTimePlaces) places, found \(nodes.count)")
        }
        var places: [ValuePlace] = []
        for node in nodes {
            guard let scalar = node.scalar("time", expected: one, &problems) else { continue }
            switch ValueText(scalar.text) {
            case .place(let place): places.append(place)
            case .unfit(let fault): problems.add(node.location, "`time`: \(fault)")
            case .template, .other: node.refuseText("time", expected: one + ", or a list of them", &problems)
            }
        }
        return places
    }

    static func isFixedType(_ text: String) -> Bool {
        (1...typeMaxBytes).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
