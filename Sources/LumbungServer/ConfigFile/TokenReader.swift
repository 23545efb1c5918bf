/// Reads a token that stands at a key or, with `_file` behind the key's name, in a file.
struct TokenReader {
    /// Where relative paths start.
    let workingDirectory: String
    /// The key, such as `token`.
    let key: String
    /// The longest token, in bytes.
    let maxBytes: Int

    /// The token; nil when there is none or it cannot be used.
    func read(_ reader: MappingReader, _ problems: inout ProblemList) -> Secret? {
        if let file = reader[key + "_file"] {
            if reader[key] != nil {
                problems.add(file.keyLocation, "a source has at most one of `\(key)` and `\(key)_file`")
            }
            return fromFile(file.value, &problems)
        }
        guard let (text, location) = reader.text(key, &problems) else { return nil }
        return checked(text, calling: "`\(key)`", at: location, &problems)
    }

    private func fromFile(_ node: LocatedNode, _ problems: inout ProblemList) -> Secret? {
        let expected = "the path of a file that holds the token"
        guard let scalar = node.scalar(key + "_file", expected: expected, &problems) else { return nil }
        guard !scalar.text.isEmpty else {
            node.refuseText(key + "_file", expected: expected, &problems)
            return nil
        }
        let file = "the file \(DisplayText.quoted(scalar.written)) for `\(key)_file`"
        do throws(BoundedFile.Fault) {
            let text = try BoundedFile.value(at: BoundedFile.resolve(scalar.text, in: workingDirectory))
            return checked(text, calling: "the token in \(file)", at: node.location, &problems)
        } catch {
            problems.add(node.location, "cannot read \(file): \(error.reason)")
            return nil
        }
    }

    private func checked(
        _ text: String, calling name: String, at location: FileLocation, _ problems: inout ProblemList
    ) -> Secret? {
        let isFit = (1...maxBytes).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        if isFit { return Secret(text) }
        problems.add(location, "\(name): expected 1 to \(maxBytes) bytes of text without control characters")
        return nil
    }
}
