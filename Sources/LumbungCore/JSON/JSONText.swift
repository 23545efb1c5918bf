/// The writer of JSON string literals.
public enum JSONText {
    /// Appends a JSON string literal, with its quotes, that holds `bytes`.
    ///
    /// The output is always valid UTF-8 and stays on one line: control characters, DEL, U+2028 and U+2029 are escaped
    /// besides `"` and `\`. Each ill-formed part of the input becomes one U+FFFD, as `String(decoding:as:)` does it.
    public static func escape(_ bytes: [UInt8], into output: inout [UInt8]) {
        escape(bytes.span, into: &output)
    }

    /// Appends a JSON string literal, with its quotes, that holds `text`.
    public static func escape(_ text: String, into output: inout [UInt8]) {
        escape(Array(text.utf8).span, into: &output)
    }

    private static func escape(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
        output.reserveCapacity(output.count + bytes.count + 2)
        output.append(UInt8(ascii: "\""))
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte >= 0x80 {
                position = appendNonASCII(bytes, at: position, to: &output)
            } else {
                appendASCII(byte, to: &output)
                position += 1
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func appendASCII(_ byte: UInt8, to output: inout [UInt8]) {
        let letter: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter = byte
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0C: letter = UInt8(ascii: "f")
        case 0x0D: letter = UInt8(ascii: "r")
        case 0x00...0x1F, 0x7F:
            appendUnicodeEscape(UInt16(byte), to: &output)
            return
        default:
            output.append(byte)
            return
        }
        output.append(UInt8(ascii: "\\"))
        output.append(letter)
    }

    /// Appends the character outside ASCII at `start`, or its replacement, and returns the position after it.
    private static func appendNonASCII(_ bytes: Span<UInt8>, at start: Int, to output: inout [UInt8]) -> Int {
        let sequence = UTF8Sequence(bytes, at: start)
        let end = start + sequence.byteCount
        if !sequence.isValid {
            output.append(contentsOf: [0xEF, 0xBF, 0xBD])
        } else if sequence.byteCount == 3, bytes[start] == 0xE2, bytes[start + 1] == 0x80,
            bytes[start + 2] & 0xFE == 0xA8
        {
            appendUnicodeEscape(0x2000 | UInt16(bytes[start + 2] & 0x3F), to: &output)
        } else {
            for position in start..<end {
                output.append(bytes[position])
            }
        }
        return end
    }

    private static func appendUnicodeEscape(_ unit: UInt16, to output: inout [UInt8]) {
        output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "u")])
        for shift in stride(from: UInt16(12), through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: unit >> shift) & 0xF
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
