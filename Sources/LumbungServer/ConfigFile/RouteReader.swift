import LumbungCore

/// Reads `routes`.
struct RouteReader {
    static let keys = ["from", "type", "tenant", "when", "to"]

    /// The most routes.
    static let maxRoutes = 1000
    /// The most types, and the most tenants, of one route.
    static let maxTypes = 100
    /// The most different places in payloads that all routes together ask about: each is looked up in every event.
    static let maxPlaces = 100

    let sourceNames: [String]
    let destinationNames: [String]

    /// The routes that have no problem.
    func read(_ node: LocatedNode, _ problems: inout ProblemList) -> [RouteConfiguration] {
        let expected = "a list of routes, such as - {from: accurate, to: [app]}"
        guard let elements = node.list("routes", expected: expected, &problems) else { return [] }
        if elements.isEmpty {
            problems.add(node.location, "`routes` is empty: expected \(expected); leave it out for the default")
        }
        if elements.count > Self.maxRoutes {
            problems.add(node.location, "`routes`: expected at most \(Self.maxRoutes), found \(elements.count)")
        }
        let routes = elements.prefix(Self.maxRoutes).compactMap { route($0, &problems) }
        let places = Set(routes.flatMap { $0.conditions.map(\.value.pointer) })
        if places.count > Self.maxPlaces {
            problems.add(
                node.location,
                "`routes`: expected at most \(Self.maxPlaces) different JSON Pointers in all `when`, "
                    + "found \(places.count)")
        }
        return routes
    }

    private func route(_ node: LocatedNode, _ problems: inout ProblemList) -> RouteConfiguration? {
        guard let reader = MappingReader(node, name: "routes", keys: Self.keys, &problems) else { return nil }
        var lists: [[String]] = []
        for (key, kind, known) in [("from", "source", sourceNames), ("to", "destination", destinationNames)] {
            guard let entry = reader[key] else {
                problems.add(reader.location, "the route has no `\(key)`")
                continue
            }
            lists.append(names(entry, kind: kind, known: known, &problems))
        }
        let types = Self.patterns(reader["type"], of: "a type", such: "SALES_*", &problems)
        let tenants = Self.patterns(reader["tenant"], of: "a tenant", such: "shop-*", &problems)
        let conditions = reader["when"].map { ConditionReader.read($0, &problems) } ?? []
        guard lists.count == 2 else { return nil }
        return RouteConfiguration(
            sources: lists[0], types: types, tenants: tenants, conditions: conditions, destinations: lists[1])
    }

    private static func patterns(
        _ entry: LocatedNode.Entry?, of one: String, such example: String, _ problems: inout ProblemList
    ) -> [Written<TypePattern>] {
        guard let entry else { return [] }
        let (key, node) = (entry.key, entry.value)
        let expected = "\(one), a pattern such as \(example), or a list of them"
        let nodes: [LocatedNode]
        switch node.content {
        case .list(let elements): nodes = elements
        case .scalar: nodes = [node]
        default:
            node.refuse(key, expected: expected, &problems)
            return []
        }
        if nodes.isEmpty {
            problems.add(node.location, "`\(key)` is empty: expected \(expected); leave it out to take every \(key)")
        }
        if nodes.count > maxTypes {
            problems.add(node.location, "`\(key)`: expected at most \(maxTypes), found \(nodes.count)")
        }
        var patterns: [Written<TypePattern>] = []
        for node in nodes.prefix(maxTypes) {
            guard let scalar = node.scalar(key, expected: "\(one) or a pattern", &problems) else { continue }
            guard SourceReader.isFixedType(scalar.text) else {
                node.refuseText(
                    key, expected: "1 to \(SourceReader.typeMaxBytes) bytes of text without control characters",
                    &problems)
                continue
            }
            let pattern = Written(TypePattern(scalar.text), text: scalar.written)
            if !patterns.contains(pattern) { patterns.append(pattern) }
        }
        return patterns
    }

    private func names(
        _ entry: LocatedNode.Entry,
        kind: String,
        known: [String],
        _ problems: inout ProblemList
    ) -> [String] {
        let expected = kind == "source" ? "a source's name, a list of names, or \"*\"" : "a list of destinations' names"
        let nodes: [LocatedNode]
        switch entry.value.content {
        case .list(let elements): nodes = elements
        case .scalar: nodes = [entry.value]
        default:
            entry.value.refuse(entry.key, expected: expected, &problems)
            return []
        }
        if nodes.isEmpty { problems.add(entry.value.location, "`\(entry.key)` is empty: expected \(expected)") }
        var result: [String] = []
        for node in nodes {
            guard let scalar = node.scalar(entry.key, expected: "a \(kind)'s name", &problems) else { continue }
            if kind == "source", scalar.text == "*" {
                result += known.filter { !result.contains($0) }
            } else if !known.contains(scalar.text) {
                let all = "; there are: " + known.prefix(20).joined(separator: ", ")
                let hint = NearestName.hint(for: scalar.text, among: known, otherwise: all)
                problems.add(node.location, "there is no \(kind) \(DisplayText.quoted(scalar.written))\(hint)")
            } else if !result.contains(scalar.text) {
                result.append(scalar.text)
            }
        }
        return result
    }
}
