/// Reads `routes`.
struct RouteReader {
    static let keys = ["from", "to"]
    static let unsupported = ["type", "when"]

    /// The most routes.
    static let maxRoutes = 1000

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
        return elements.prefix(Self.maxRoutes).compactMap { route($0, &problems) }
    }

    private func route(_ node: LocatedNode, _ problems: inout ProblemList) -> RouteConfiguration? {
        guard
            let reader = MappingReader(
                node, name: "routes", keys: Self.keys, unsupported: Self.unsupported, &problems)
        else { return nil }
        var lists: [[String]] = []
        for (key, kind, known) in [("from", "source", sourceNames), ("to", "destination", destinationNames)] {
            guard let entry = reader[key] else {
                problems.add(reader.location, "the route has no `\(key)`")
                continue
            }
            lists.append(names(entry, kind: kind, known: known, &problems))
        }
        return lists.count == 2 ? RouteConfiguration(sources: lists[0], destinations: lists[1]) : nil
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
