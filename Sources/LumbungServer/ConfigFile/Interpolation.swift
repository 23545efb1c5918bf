/// Fills in `${NAME}` from the environment; `$$` gives a literal `$`.
enum Interpolation {
    /// The outcome for one text.
    enum Outcome: Equatable {
        case text(String)
        case problem(String)
    }

    /// Fills in the text's variables.
    ///
    /// A `$` that is followed by neither `{` nor `$` stands for itself. A variable that is unset or empty is a problem,
    /// so that a forgotten secret never becomes an empty one.
    static func fill(_ text: String, from environment: [String: String]) -> Outcome {
        guard text.utf8.contains(0x24) else { return .text(text) }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
                continue
            }
            guard rest.first == "{" else {
                result += "$"
                continue
            }
            guard let close = rest.firstIndex(of: "}") else {
                return .problem("`${` without its `}`; write `$$` for a plain `$`")
            }
            let name = String(rest[rest.index(after: rest.startIndex)..<close])
            guard isName(name) else {
                let quoted = DisplayText.quoted("${\(name)}")
                return .problem("\(quoted) does not name a variable: letters, digits and `_` alone")
            }
            guard let value = environment[name], !value.isEmpty else {
                return .problem("the environment variable \(name) is not set")
            }
            result += value
            rest = rest[rest.index(after: close)...]
        }
        return .text(result + rest)
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
    }
}
