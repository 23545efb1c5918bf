/// Text from outside, made safe to show on a terminal.
enum DisplayText {
    /// The most characters of a refused value that a message repeats.
    static let quotedMaxCharacters = 80

    /// The text with control, line and direction characters written as `\u{1B}`.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The text between quotation marks, escaped and cut after ``quotedMaxCharacters``.
    static func quoted(_ text: String) -> String {
        let cut = text.prefix(quotedMaxCharacters)
        return "\"" + escaped(String(cut)) + (cut.endIndex == text.endIndex ? "\"" : "…\"")
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
