/// Reads one of `secret`, `secret_file` and `secrets`.
struct SecretReader {
    static let keys = ["secret", "secret_file", "secrets"]
    /// The most live secrets of one source or destination.
    static let maxCount = 4

    /// Where relative paths start.
    let workingDirectory: String
    /// What has them: `a destination`, `a source`.
    let owner: String
    /// What is wrong with a secret's text, in a sentence that repeats nothing of it; nil when nothing is.
    let fault: @Sendable (String) -> String?
    /// Those of the keys that its owner may have.
    var names = Self.keys

    /// The secrets, newest first; empty when there is none.
    func read(_ reader: MappingReader, _ problems: inout ProblemList) -> [Secret] {
        let entries = names.compactMap { reader[$0] }
        let quoted = names.map { "`\($0)`" }
        let choice = quoted.dropLast().joined(separator: ", ") + " and " + (quoted.last ?? "")
        for entry in entries.dropFirst() {
            problems.add(entry.keyLocation, "\(owner) has at most one of \(choice)")
        }
        var secrets: [Secret] = []
        for entry in entries {
            switch entry.key {
            case "secret": secrets += [secret(entry.value, "secret", &problems)].compactMap { $0 }
            case "secret_file": secrets += [fromFile(entry.value, &problems)].compactMap { $0 }
            default: secrets += list(entry.value, &problems)
            }
        }
        return secrets
    }

    private func list(_ node: LocatedNode, _ problems: inout ProblemList) -> [Secret] {
        let expected = "a list of 1 to \(Self.maxCount) secrets, newest first"
        guard let elements = node.list("secrets", expected: expected, &problems) else { return [] }
        if elements.isEmpty { problems.add(node.location, "`secrets` is empty: expected \(expected)") }
        if elements.count > Self.maxCount {
            problems.add(
                node.location, "`secrets`: expected at most \(Self.maxCount), found \(elements.count)")
        }
        var secrets: [Secret] = []
        for element in elements {
            guard let secret = secret(element, "secrets", &problems) else { continue }
            if secrets.contains(secret) {
                problems.add(element.location, "`secrets`: the same secret stands here twice")
            }
            secrets.append(secret)
        }
        return secrets
    }

    private func secret(_ node: LocatedNode, _ key: String, _ problems: inout ProblemList) -> Secret? {
        guard let scalar = node.scalar(key, expected: "text", &problems) else { return nil }
        return checked(scalar.text, calling: "`\(key)`", at: node.location, &problems)
    }

    private func fromFile(_ node: LocatedNode, _ problems: inout ProblemList) -> Secret? {
        let expected = "the path of a file that holds the secret"
        guard let scalar = node.scalar("secret_file", expected: expected, &problems) else { return nil }
        guard !scalar.text.isEmpty else {
            node.refuseText("secret_file", expected: expected, &problems)
            return nil
        }
        let file = "the file \(DisplayText.quoted(scalar.written)) for `secret_file`"
        do throws(BoundedFile.Fault) {
            let text = try BoundedFile.value(at: BoundedFile.resolve(scalar.text, in: workingDirectory))
            if !text.isEmpty {
                return checked(text, calling: "the secret in \(file)", at: node.location, &problems)
            }
            problems.add(node.location, "\(file) is empty")
        } catch {
            problems.add(node.location, "cannot read \(file): \(error.reason)")
        }
        return nil
    }

    private func checked(
        _ text: String,
        calling name: String,
        at location: FileLocation,
        _ problems: inout ProblemList
    ) -> Secret? {
        guard let fault = fault(text) else { return Secret(text) }
        problems.add(location, "\(name): \(fault)")
        return nil
    }
}
