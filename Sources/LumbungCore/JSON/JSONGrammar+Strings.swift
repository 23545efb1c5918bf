extension JSONGrammar {
    /// A string of the body, by its place.
    struct StringToken {
        /// The bytes between the quotes.
        var content: Range<Int>
        /// Whether a backslash stands among them.
        var hasEscapes: Bool

        /// The position after the closing quote.
        var end: Int { content.upperBound + 1 }
    }

    /// Skips a string whose opening quote is at `quote` (RFC 8259, section 7), checking escapes and UTF-8.
    static func skipString(_ bytes: Span<UInt8>, at quote: Int) throws(ScanError) -> StringToken {
        var position = quote + 1
        var hasEscapes = false
        while true {
            position = endOfPlainRun(bytes, from: position)
            guard position < bytes.count else {
                throw ScanError(.unexpectedEnd(expected: .closingQuote), at: bytes.count)
            }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                return StringToken(content: (quote + 1)..<position, hasEscapes: hasEscapes)
            } else if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                position = try skipEscape(bytes, at: position)
            } else if byte < 0x20 {
                throw ScanError(.controlCharacterInString, at: position)
            } else {
                position = try skipNonASCII(bytes, from: position)
            }
        }
    }

    /// The first position at or after `start` whose byte is a quote, a backslash, a control character or not ASCII.
    @inline(__always)
    private static func endOfPlainRun(_ bytes: Span<UInt8>, from start: Int) -> Int {
        let raw = unsafe bytes.bytes
        let count = bytes.count
        var position = start
        while position &+ 8 <= count {
            // In bounds: `position` never falls below `start`, and the loop's condition holds the upper end.
            let word = UInt64(
                littleEndian: unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
            )
            let marks = specialBytes(in: word)
            if marks != 0 {
                return position &+ marks.trailingZeroBitCount &>> 3
            }
            position &+= 8
        }
        while position < count {
            let byte = bytes[position]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            position &+= 1
        }
        return position
    }

    /// Marks, by the high bit of each byte, the bytes that end a plain run.
    ///
    /// The lowest mark is exact. Borrows can set wrong marks only above a right one, so the others must not be used
    /// (the "has zero byte" and "has byte less than" formulas of Bit Twiddling Hacks, Anderson).
    @inline(__always)
    private static func specialBytes(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let marks =
            ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
            | ((word &- ones &* 0x20) & ~word) | word
        return marks & (ones &* 0x80)
    }

    /// Skips the run of characters outside ASCII that begins at `start`.
    private static func skipNonASCII(_ bytes: Span<UInt8>, from start: Int) throws(ScanError) -> Int {
        var position = start
        while position < bytes.count, bytes[position] >= 0x80 {
            let sequence = UTF8Sequence(bytes, at: position)
            guard sequence.isValid else { throw ScanError(.invalidUTF8, at: position) }
            position += sequence.byteCount
        }
        return position
    }

    /// Skips the escape whose backslash is at `backslash`; halves of surrogate pairs pass, as the grammar lets them.
    private static func skipEscape(_ bytes: Span<UInt8>, at backslash: Int) throws(ScanError) -> Int {
        let letter = backslash + 1
        guard letter < bytes.count else {
            throw ScanError(.unexpectedEnd(expected: .escape), at: bytes.count)
        }
        switch bytes[letter] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return letter + 1
        case UInt8(ascii: "u"):
            let digits = letter + 1
            for position in digits..<(digits + 4) {
                guard position < bytes.count else {
                    throw ScanError(.unexpectedEnd(expected: .escape), at: bytes.count)
                }
                guard hexValue(bytes[position]) != nil else { throw ScanError(.badEscape, at: backslash) }
            }
            return digits + 4
        default:
            throw ScanError(.badEscape, at: backslash)
        }
    }

    /// The value of a hexadecimal digit of either case, or nil.
    static func hexValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
