/// A value of the config file with its place, aliases resolved and variables filled in.
struct LocatedNode: Sendable {
    /// What stands there.
    enum Content: Sendable {
        /// Keys and values in the order written.
        case mapping([Entry])
        /// Values in the order written.
        case list([LocatedNode])
        /// Text, a number or a truth value; which of them is the reader's question.
        case scalar(LocatedScalar)
        /// `null`, `~` or nothing at all.
        case nothing
        /// A value whose problem is reported already.
        case unusable
    }

    /// One key and its value.
    struct Entry: Sendable {
        let key: String
        let keyLocation: FileLocation
        let value: LocatedNode
    }

    let location: FileLocation
    let content: Content
    /// Whether `null` or `~` was written, where a forgotten value would be nothing as well.
    var isWrittenNull = false

    /// What stands there, in words.
    ///
    /// The text itself is left out, for it may be a secret in the wrong place.
    var found: String {
        switch content {
        case .mapping: "a mapping"
        case .list: "a list"
        case .scalar(let scalar): scalar.found
        case .nothing: "nothing"
        case .unusable: "an unusable value"
        }
    }

    /// Whether nothing stands there, or a mapping or list without elements.
    var isEmpty: Bool {
        switch content {
        case .nothing: true
        case .mapping(let entries): entries.isEmpty
        case .list(let elements): elements.isEmpty
        default: false
        }
    }

    /// The scalar, or nil with the problem added.
    func scalar(_ name: String, expected: String, _ problems: inout ProblemList) -> LocatedScalar? {
        if case .scalar(let scalar) = content { return scalar }
        refuse(name, expected: expected, &problems)
        return nil
    }

    /// The elements, or nil with the problem added.
    func list(_ name: String, expected: String, _ problems: inout ProblemList) -> [LocatedNode]? {
        if case .list(let elements) = content { return elements }
        refuse(name, expected: expected, &problems)
        return nil
    }

    /// Adds "expected …, found …", unless the value's problem is reported already.
    func refuse(_ name: String, expected: String, _ problems: inout ProblemList) {
        if case .unusable = content { return }
        problems.add(location, "`\(name)`: expected \(expected), found \(found)")
    }

    /// The same with the text as written, for keys that hold no secret.
    func refuseText(_ name: String, expected: String, _ problems: inout ProblemList) {
        guard case .scalar(let scalar) = content else { return refuse(name, expected: expected, &problems) }
        problems.add(location, "`\(name)`: expected \(expected), found \(DisplayText.quoted(scalar.written))")
    }
}

/// A scalar of the config file.
struct LocatedScalar: Sendable {
    /// The text as written, which messages may repeat.
    let written: String
    /// The text with variables filled in, which messages never repeat.
    let text: String
    let isQuoted: Bool

    /// What stands there, in words: `a number`, `text`.
    var found: String {
        if !isQuoted, WholeNumber.parse(written) != nil { return "a number" }
        if !isQuoted, written == "true" || written == "false" { return written }
        return "text"
    }

    /// Whether a variable was filled in.
    var isInterpolated: Bool { written != text }
}
