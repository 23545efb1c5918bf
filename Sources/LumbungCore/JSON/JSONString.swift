/// The meaning of a string that has passed the grammar: its bytes with the escapes resolved.
enum JSONString {
    /// The string as UTF-8, and whether a surrogate escape without its other half was replaced by U+FFFD.
    static func unescape(_ token: JSONGrammar.StringToken, in bytes: Span<UInt8>) -> ([UInt8], hasLoneSurrogate: Bool) {
        guard token.hasEscapes else { return (copy(token.content, of: bytes), false) }
        var text: [UInt8] = []
        text.reserveCapacity(token.content.count)
        var hasLoneSurrogate = false
        var position = token.content.lowerBound
        while position < token.content.upperBound {
            let unit = Unit(bytes, at: position, end: token.content.upperBound)
            for index in 0..<unit.byteCount {
                text.append(unit.byte(index))
            }
            hasLoneSurrogate = hasLoneSurrogate || unit.isLoneSurrogate
            position = unit.end
        }
        return (text, hasLoneSurrogate)
    }

    /// A part of the body as its own array.
    static func copy(_ range: Range<Int>, of bytes: Span<UInt8>) -> [UInt8] {
        // The range was checked when the span was cut to it, and the pointer does not outlive the copy.
        unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Whether the string, with its escapes resolved, is exactly `key`.
    ///
    /// A string with a lone surrogate is no text and equals none. The comparison stops at the first difference.
    static func equals(_ token: JSONGrammar.StringToken, in bytes: Span<UInt8>, to key: ArraySlice<UInt8>) -> Bool {
        var matched = key.startIndex
        var position = token.content.lowerBound
        while position < token.content.upperBound {
            let unit = Unit(bytes, at: position, end: token.content.upperBound)
            guard !unit.isLoneSurrogate, unit.byteCount <= key.endIndex - matched else { return false }
            for index in 0..<unit.byteCount {
                guard key[matched + index] == unit.byte(index) else { return false }
            }
            matched += unit.byteCount
            position = unit.end
        }
        return matched == key.endIndex
    }

    /// One byte of a string, or one escape as the UTF-8 bytes it stands for.
    private struct Unit {
        /// The position after it.
        let end: Int
        let byteCount: Int
        let isLoneSurrogate: Bool
        /// The bytes, the first one lowest.
        private let packed: UInt32

        init(_ bytes: Span<UInt8>, at start: Int, end limit: Int) {
            guard bytes[start] == UInt8(ascii: "\\"), start + 1 < limit else {
                self.init(byte: bytes[start], end: start + 1)
                return
            }
            switch bytes[start + 1] {
            case UInt8(ascii: "b"): self.init(byte: 0x08, end: start + 2)
            case UInt8(ascii: "f"): self.init(byte: 0x0C, end: start + 2)
            case UInt8(ascii: "n"): self.init(byte: 0x0A, end: start + 2)
            case UInt8(ascii: "r"): self.init(byte: 0x0D, end: start + 2)
            case UInt8(ascii: "t"): self.init(byte: 0x09, end: start + 2)
            case UInt8(ascii: "u"): self.init(unicodeEscapeIn: bytes, at: start, end: limit)
            case let other: self.init(byte: other, end: start + 2)
            }
        }

        private init(byte: UInt8, end: Int) {
            self.end = end
            byteCount = 1
            isLoneSurrogate = false
            packed = UInt32(byte)
        }

        private init(unicodeEscapeIn bytes: Span<UInt8>, at start: Int, end limit: Int) {
            var value = Self.codeUnit(bytes, at: start, end: limit) ?? 0xFFFD
            var end = start + 6
            var isLoneSurrogate = false
            if value & 0xFC00 == 0xD800, let low = Self.codeUnit(bytes, at: end, end: limit), low & 0xFC00 == 0xDC00 {
                value = 0x1_0000 + (value & 0x3FF) << 10 + low & 0x3FF
                end += 6
            } else if value & 0xF800 == 0xD800 {
                value = 0xFFFD
                isLoneSurrogate = true
            }
            self.end = end
            self.isLoneSurrogate = isLoneSurrogate
            switch value {
            case ..<0x80:
                byteCount = 1
                packed = value
            case ..<0x800:
                byteCount = 2
                packed = 0x80C0 | value >> 6 | (value & 0x3F) << 8
            case ..<0x1_0000:
                byteCount = 3
                packed = 0x80_80E0 | value >> 12 | (value >> 6 & 0x3F) << 8 | (value & 0x3F) << 16
            default:
                byteCount = 4
                packed =
                    0x8080_80F0 | value >> 18 | (value >> 12 & 0x3F) << 8 | (value >> 6 & 0x3F) << 16
                    | (value & 0x3F) << 24
            }
        }

        func byte(_ index: Int) -> UInt8 {
            UInt8(truncatingIfNeeded: packed &>> UInt32(8 * index))
        }

        /// The UTF-16 code unit of the `\u` escape at `start`, or nil when there is none.
        private static func codeUnit(_ bytes: Span<UInt8>, at start: Int, end limit: Int) -> UInt32? {
            guard start + 6 <= limit, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u") else {
                return nil
            }
            var value: UInt32 = 0
            for position in (start + 2)..<(start + 6) {
                guard let digit = JSONGrammar.hexValue(bytes[position]) else { return nil }
                value = value << 4 | digit
            }
            return value
        }
    }
}
