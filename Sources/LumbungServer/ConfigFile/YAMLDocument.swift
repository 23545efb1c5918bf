import Yams

/// Reads YAML text into located nodes.
enum YAMLDocument {
    /// The largest config file, in bytes: hundreds of destinations fit, and nothing is read without end.
    static let maxBytes = 1_048_576

    /// The document's root, or nil when the text is empty or unusable (then a problem is added).
    static func root(
        of text: String,
        file: String,
        environment: [String: String],
        _ problems: inout ProblemList
    ) -> LocatedNode? {
        let text = text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
        if let index = text.unicodeScalars.firstIndex(where: VariableMask.isMask) {
            problems.add(place(before: index, in: text, file: file), "the characters U+F8F0 and U+F8F1 cannot be used")
            return nil
        }
        let masked = VariableMask.masked(text)
        if let place = AliasGuard.dangerousKey(in: masked) {
            problems.add(
                FileLocation(file: file, line: place.line, column: place.column),
                "an alias, a list or a mapping cannot be a key in a file that uses aliases")
            return nil
        }
        do {
            // The encoding is named because the parser's default looks at the environment and may print.
            guard let node = try compose(yaml: masked, .default, .default, .utf8) else { return nil }
            var builder = LocatedNodeBuilder(file: file, environment: environment, problems: problems)
            let root = builder.build(node)
            problems = builder.problems
            return root
        } catch let error as YamlError {
            add(error, file: file, text: masked, &problems)
        } catch {
            problems.add(FileLocation(file: file, line: 1, column: 1), "the file is not YAML: \(error)")
        }
        return nil
    }

    /// Adds the parser's error without the piece of text that the parser quotes with it, which may hold a secret.
    private static func add(_ error: YamlError, file: String, text: String, _ problems: inout ProblemList) {
        func location(_ mark: Mark) -> FileLocation {
            FileLocation(file: file, line: mark.line, column: mark.column)
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let context = context.map { " (\($0.text) from line \($0.mark.line))" } ?? ""
            problems.add(location(mark), "the file is not YAML: \(problem)\(context)")
        case .composer(_, let problem, let mark, _):
            problems.add(location(mark), "the file is not one YAML document: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "`\(VariableMask.unmasked($0))`" }.joined(separator: ", ")
            problems.add(location(context.mark), "\(names) stands more than once in the same mapping (here first)")
        case .reader(let problem, let offset, _, _):
            let index = text.index(text.startIndex, offsetBy: offset ?? 0, limitedBy: text.endIndex) ?? text.endIndex
            problems.add(place(before: index, in: text, file: file), "the file is not YAML: \(problem)")
        default:
            problems.add(FileLocation(file: file, line: 1, column: 1), "the file is not YAML")
        }
    }

    private static func place(before end: String.Index, in text: String, file: String) -> FileLocation {
        let before = text[..<end].unicodeScalars
        let line = before.count { $0 == "\n" } + 1
        let lineStart = before.lastIndex(of: "\n").map { before.index(after: $0) } ?? before.startIndex
        return FileLocation(file: file, line: line, column: before.distance(from: lineStart, to: before.endIndex) + 1)
    }
}
