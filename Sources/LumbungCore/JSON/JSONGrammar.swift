/// The tokens of RFC 8259, each as a function from the position where one begins to the position after it.
///
/// None of them keeps state or allocates, and each looks at every byte at most a fixed number of times.
enum JSONGrammar {
    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    /// The first position at or after `start` that holds no white space.
    @inline(__always)
    static func skipSpace(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            // Everything above a space is a token, which is the usual case.
            guard byte <= 0x20 else { break }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            position += 1
        }
        return position
    }

    /// The error for a byte, or an end of the body, that does not fit.
    static func mismatch(
        _ bytes: Span<UInt8>, at position: Int, expected: ScanError.Expectation
    ) -> ScanError {
        position < bytes.count
            ? ScanError(.unexpectedByte(expected: expected), at: position)
            : ScanError(.unexpectedEnd(expected: expected), at: bytes.count)
    }

    /// Skips a number that begins at `start` with a digit or a minus sign (RFC 8259, section 6).
    static func skipNumber(_ bytes: Span<UInt8>, at start: Int) throws(ScanError) -> Int {
        var position = start
        if bytes[position] == UInt8(ascii: "-") {
            position += 1
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
            position += 1
            if position < bytes.count, isDigit(bytes[position]) {
                throw ScanError(.badNumber, at: start)
            }
        } else {
            position = try skipDigits(bytes, from: position, ofNumberAt: start)
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position = try skipDigits(bytes, from: position + 1, ofNumberAt: start)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            position = try skipDigits(bytes, from: position, ofNumberAt: start)
        }
        return position
    }

    /// Skips one digit or more.
    @inline(__always)
    private static func skipDigits(
        _ bytes: Span<UInt8>, from start: Int, ofNumberAt numberStart: Int
    ) throws(ScanError) -> Int {
        var position = start
        while position < bytes.count, isDigit(bytes[position]) {
            position += 1
        }
        guard position > start else {
            throw position < bytes.count
                ? ScanError(.badNumber, at: numberStart)
                : ScanError(.unexpectedEnd(expected: .digit), at: bytes.count)
        }
        return position
    }

    /// Skips `true`, `false` or `null`, told apart by the byte at `start`.
    static func skipLiteral(_ bytes: Span<UInt8>, at start: Int) throws(ScanError) -> Int {
        switch bytes[start] {
        case UInt8(ascii: "t"): try skipWord(0x7472_7565, byteCount: 4, bytes, at: start)
        case UInt8(ascii: "f"): try skipWord(0x66_616C_7365, byteCount: 5, bytes, at: start)
        default: try skipWord(0x6E75_6C6C, byteCount: 4, bytes, at: start)
        }
    }

    /// Skips a word given as the big-endian number that its ASCII bytes make.
    @inline(__always)
    private static func skipWord(
        _ word: UInt64, byteCount: Int, _ bytes: Span<UInt8>, at start: Int
    ) throws(ScanError) -> Int {
        var position = start
        var remaining = byteCount
        while remaining > 0 {
            guard position < bytes.count else {
                throw ScanError(.unexpectedEnd(expected: .literal), at: bytes.count)
            }
            remaining -= 1
            guard bytes[position] == UInt8(truncatingIfNeeded: word &>> UInt64(8 * remaining)) else {
                throw ScanError(.badLiteral, at: start)
            }
            position += 1
        }
        return position
    }
}
