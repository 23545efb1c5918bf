/// What a run of text needs before it may stand in a line.
private enum EscapeStyle {
    /// Free text: only what could forge a line, steer a terminal or turn the reading direction.
    case text
    /// Inside quotes: the quote as well.
    case quoted
}

extension LogLineWriter {
    /// Appends a value from outside as free text.
    ///
    /// Control characters (C0, DEL, C1), line and paragraph separators and bidirectional controls become `\n`, `\r`,
    /// `\t` or `\u` and four hexadecimal digits, and a backslash becomes two. Past `limit` bytes the rest is
    /// replaced by `…(N bytes more)`.
    public mutating func appendText(_ value: String, atMostBytes limit: Int = LogLimits.valueBytes) {
        appendEscaped(value, style: .text, atMostBytes: limit)
    }

    /// Appends a value from outside as one word: bare when it is a plain word, else in quotes.
    ///
    /// A plain word has at least one byte, and no blank, quote, backslash, comma, equals sign, bracket, brace or
    /// character that must be escaped; so `key=value` pairs cannot be forged within a line either.
    public mutating func appendTextValue(_ value: String, atMostBytes limit: Int = LogLimits.valueBytes) {
        if Self.isPlainWord(value, atMostBytes: limit) {
            appendBytes(value.utf8)
        } else {
            appendByte(UInt8(ascii: "\""))
            appendEscaped(value, style: .quoted, atMostBytes: limit)
            appendByte(UInt8(ascii: "\""))
        }
    }

    /// Appends a value from outside as a JSON string with its quotes.
    ///
    /// The same characters as in text are escaped, in forms that JSON reads back as they were (RFC 8259, section 7).
    /// Past `limit` bytes the rest is replaced by `…(N bytes more)`.
    public mutating func appendJSONString(_ value: String, atMostBytes limit: Int = LogLimits.valueBytes) {
        appendByte(UInt8(ascii: "\""))
        appendEscaped(value, style: .quoted, atMostBytes: limit)
        appendByte(UInt8(ascii: "\""))
    }

    private static func isPlainWord(_ value: String, atMostBytes limit: Int) -> Bool {
        let text = value.utf8.span
        guard !text.isEmpty, text.count <= limit else { return false }
        for index in text.indices where !isWordByte(text[index]) {
            if text[index] < 0x80 || hiddenScalar(in: text, at: index) != nil { return false }
        }
        return true
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
            false
        default: byte > 0x20 && byte < 0x7f
        }
    }

    private static func isClean(_ text: Span<UInt8>, style: EscapeStyle) -> Bool {
        for index in text.indices {
            let byte = text[index]
            if byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\\") {
                if byte == UInt8(ascii: "\"") && style == .quoted { return false }
            } else if byte < 0x80 || hiddenScalar(in: text, at: index) != nil {
                return false
            }
        }
        return true
    }

    /// The character at a lead byte when it is one that acts instead of showing: its code point and its bytes.
    ///
    /// C0, DEL, C1; U+061C, U+200E, U+200F, U+202A to U+202E and U+2066 to U+2069 turn the reading direction (Unicode
    /// Standard Annex 9, table 4); U+2028 and U+2029 end a line or a paragraph.
    private static func hiddenScalar(in text: Span<UInt8>, at index: Int) -> (code: UInt32, length: Int)? {
        let first = text[index]
        if first < 0x20 || first == 0x7f { return (UInt32(first), 1) }
        if first == 0xc2 || first == 0xd8, index + 1 < text.count {
            let code = UInt32(first & 0x1f) << 6 | UInt32(text[index + 1] & 0x3f)
            return code <= 0x9f || code == 0x61c ? (code, 2) : nil
        }
        guard first == 0xe2, index + 2 < text.count else { return nil }
        let code = 0x2000 | UInt32(text[index + 1] & 0x3f) << 6 | UInt32(text[index + 2] & 0x3f)
        switch code {
        case 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: return (code, 3)
        default: return nil
        }
    }

    private mutating func appendEscaped(_ value: String, style: EscapeStyle, atMostBytes limit: Int) {
        let text = value.utf8.span
        if text.count <= limit && Self.isClean(text, style: style) {
            appendBytes(value.utf8)
            return
        }
        let end = count + limit
        var index = 0
        while index < text.count {
            let start = count
            let length = appendOne(of: text, at: index, style: style)
            if count > end {
                cut(to: start)
                appendCutMark(missingBytes: text.count - index)
                return
            }
            index += length
        }
    }

    /// Appends the character that begins at `index`, and answers how many bytes it had.
    private mutating func appendOne(of text: Span<UInt8>, at index: Int, style: EscapeStyle) -> Int {
        let byte = text[index]
        if let hidden = Self.hiddenScalar(in: text, at: index) {
            appendEscape(of: hidden.code)
            return hidden.length
        }
        if byte == UInt8(ascii: "\\") || (byte == UInt8(ascii: "\"") && style == .quoted) {
            appendByte(UInt8(ascii: "\\"))
        }
        appendByte(byte)
        var next = index + 1
        while next < text.count, text[next] & 0xc0 == 0x80 {
            appendByte(text[next])
            next += 1
        }
        return next - index
    }

    private mutating func appendEscape(of code: UInt32) {
        switch code {
        case 0x0a: appendTrusted("\\n")
        case 0x0d: appendTrusted("\\r")
        case 0x09: appendTrusted("\\t")
        default:
            appendTrusted("\\u")
            for shift in stride(from: 12, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: code >> shift & 0xf)
                appendByte(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }

    private mutating func appendCutMark(missingBytes: Int) {
        appendTrusted("…(")
        appendInteger(missingBytes)
        appendTrusted(" bytes more)")
    }
}
