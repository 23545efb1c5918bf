/// Hides the braces of `${NAME}` from the YAML parser, which takes them for its own between `{ }` and `[ ]`.
///
/// Each brace is exchanged for one other character, so every column stays. Text that is not a whole `${NAME}` is left
/// to YAML's rules.
enum VariableMask {
    /// Private-use characters (Unicode, section 23.5), which no file needs; a file that has them is refused.
    private static let open: Unicode.Scalar = "\u{F8F0}"
    private static let close: Unicode.Scalar = "\u{F8F1}"

    /// The text with the braces of its variables exchanged.
    static func masked(_ text: String) -> String {
        guard text.utf8.contains(0x24) else { return text }
        var scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            if let end = endOfVariable(scalars, at: index) {
                scalars[index + 1] = open
                scalars[end] = close
                index = end
            }
            index += 1
        }
        var result = ""
        result.unicodeScalars.append(contentsOf: scalars)
        return result
    }

    /// The text with the braces back.
    static func unmasked(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isMask) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            result.unicodeScalars.append(scalar == open ? "{" : scalar == close ? "}" : scalar)
        }
        return result
    }

    /// Whether the character stands for a brace.
    static func isMask(_ scalar: Unicode.Scalar) -> Bool { scalar == open || scalar == close }

    /// The index of the closing brace when `${NAME}` starts at the index.
    private static func endOfVariable(_ scalars: [Unicode.Scalar], at index: Int) -> Int? {
        guard scalars[index] == "$", index + 1 < scalars.count, scalars[index + 1] == "{" else { return nil }
        var end = index + 2
        while end < scalars.count, isNameCharacter(scalars[end]) { end += 1 }
        return end < scalars.count && scalars[end] == "}" && end > index + 2 ? end : nil
    }

    private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }
}
