import Yams

/// Turns the parser's tree, whose aliases share branches, into located nodes, within bounds.
struct LocatedNodeBuilder {
    /// The most values a file may have once its aliases are written out.
    static let maxNodes = 20_000
    /// The deepest nesting.
    static let maxDepth = 32

    private(set) var problems: ProblemList
    private let file: String
    private let environment: [String: String]
    private var remainingNodes = Self.maxNodes

    init(file: String, environment: [String: String], problems: ProblemList) {
        self.file = file
        self.environment = environment
        self.problems = problems
    }

    /// The located tree; nil when it is past a bound, with one problem added.
    mutating func build(_ root: Node) -> LocatedNode? {
        do {
            return try node(root, depth: 1)
        } catch {
            problems.add(error)
            return nil
        }
    }

    private mutating func node(_ node: Node, depth: Int) throws(SettingsProblem) -> LocatedNode {
        let location = self.location(node.mark)
        guard depth <= Self.maxDepth else {
            throw SettingsProblem(at: .file(location), "nested deeper than \(Self.maxDepth) levels")
        }
        guard remainingNodes > 0 else {
            throw SettingsProblem(
                at: .file(location), "the file has more than \(Self.maxNodes) values once its aliases are written out")
        }
        remainingNodes -= 1
        switch node {
        case .scalar(let scalar):
            let content = content(of: scalar, at: location)
            if case .nothing = content {
                return LocatedNode(location: location, content: content, isWrittenNull: !scalar.string.isEmpty)
            }
            return LocatedNode(location: location, content: content)
        case .sequence(let sequence):
            guard isPlain(sequence.tag, "seq", at: location) else {
                return LocatedNode(location: location, content: .unusable)
            }
            var elements: [LocatedNode] = []
            for element in sequence { elements.append(try self.node(element, depth: depth + 1)) }
            return LocatedNode(location: location, content: .list(elements))
        case .mapping(let mapping):
            guard isPlain(mapping.tag, "map", at: location) else {
                return LocatedNode(location: location, content: .unusable)
            }
            return LocatedNode(location: location, content: .mapping(try entries(of: mapping, depth: depth)))
        case .alias:
            return LocatedNode(location: location, content: .unusable)
        }
    }

    private mutating func entries(of mapping: Node.Mapping, depth: Int) throws(SettingsProblem) -> [LocatedNode.Entry] {
        var entries: [LocatedNode.Entry] = []
        var merged: [LocatedNode.Entry] = []
        var lines: [String: Int] = [:]
        for (key, value) in mapping {
            let keyLocation = location(key.mark)
            guard case .scalar(let scalar) = key else {
                problems.add(keyLocation, "a key must be text, found \(key.sequence == nil ? "a mapping" : "a list")")
                continue
            }
            let located = try node(value, depth: depth + 1)
            if scalar.style == .plain, scalar.string == "<<" {
                merged += mergedEntries(from: located)
                continue
            }
            let name = VariableMask.unmasked(scalar.string)
            if let line = lines.updateValue(keyLocation.line, forKey: name) {
                problems.add(
                    keyLocation,
                    "`\(name)` stands more than once in the same mapping (first on line \(line))")
                continue
            }
            entries.append(LocatedNode.Entry(key: name, keyLocation: keyLocation, value: located))
        }
        for entry in merged where lines.updateValue(0, forKey: entry.key) == nil { entries.append(entry) }
        return entries
    }

    /// What `<<` brings in; of several mappings the earlier one wins (YAML merge key, yaml.org/type/merge.html).
    private mutating func mergedEntries(from node: LocatedNode) -> [LocatedNode.Entry] {
        switch node.content {
        case .mapping(let entries):
            return entries
        case .list(let nodes):
            var entries: [LocatedNode.Entry] = []
            for node in nodes {
                guard case .mapping(let more) = node.content else {
                    node.refuse("<<", expected: "a mapping", &problems)
                    continue
                }
                entries += more
            }
            return entries
        default:
            node.refuse("<<", expected: "a mapping", &problems)
            return []
        }
    }

    private mutating func content(of scalar: Node.Scalar, at location: FileLocation) -> LocatedNode.Content {
        guard isPlain(scalar.tag, "str", at: location) else { return .unusable }
        let isQuoted = scalar.style != .plain || !scalar.tag.description.isEmpty
        if !isQuoted, ["", "~", "null", "Null", "NULL"].contains(scalar.string) { return .nothing }
        let written = VariableMask.unmasked(scalar.string)
        switch Interpolation.fill(written, from: environment) {
        case .text(let text):
            return .scalar(LocatedScalar(written: written, text: text, isQuoted: isQuoted))
        case .problem(let message):
            problems.add(location, message)
            return .unusable
        }
    }

    /// Whether the value has no tag or the one that it would have anyway.
    private mutating func isPlain(_ tag: Tag, _ expected: String, at location: FileLocation) -> Bool {
        let name = tag.description
        if name.isEmpty || name == "!" || name == "tag:yaml.org,2002:\(expected)" { return true }
        problems.add(location, "the tag \(DisplayText.quoted(name)) is not supported; write the value alone")
        return false
    }

    private func location(_ mark: Mark?) -> FileLocation {
        FileLocation(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
}
