extension JSONGrammar {
    /// The key of an object's member and where its value begins.
    struct Member {
        var key: StringToken
        var value: Int
    }

    /// Reads the key that begins at `start`, and the colon after it.
    @inline(__always)
    static func member(
        _ bytes: Span<UInt8>, at start: Int, expected: ScanError.Expectation
    ) throws(ScanError) -> Member {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else {
            throw mismatch(bytes, at: start, expected: expected)
        }
        let key = try skipString(bytes, at: start)
        let colon = skipSpace(bytes, from: key.end)
        guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else {
            throw mismatch(bytes, at: colon, expected: .colon)
        }
        return Member(key: key, value: skipSpace(bytes, from: colon + 1))
    }

    /// Skips a string, a number or a literal.
    ///
    /// - Parameter expected: What the error says where no such value begins at `start`.
    @inline(__always)
    static func skipScalar(
        _ bytes: Span<UInt8>, at start: Int, expected: ScanError.Expectation = .value
    ) throws(ScanError) -> Int {
        guard start < bytes.count else {
            throw ScanError(.unexpectedEnd(expected: expected), at: bytes.count)
        }
        switch bytes[start] {
        case UInt8(ascii: "\""):
            return try skipString(bytes, at: start).end
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try skipNumber(bytes, at: start)
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
            return try skipLiteral(bytes, at: start)
        default:
            throw ScanError(.unexpectedByte(expected: expected), at: start)
        }
    }

    /// Whether an object or an array begins at `position`.
    @inline(__always)
    static func isContainer(_ bytes: Span<UInt8>, at position: Int) -> Bool {
        // `{` and `[` differ in the bit 0x20 alone.
        position < bytes.count && bytes[position] | 0x20 == UInt8(ascii: "{")
    }

    /// Whether some value begins at `position`, going by its first byte.
    static func beginsValue(_ bytes: Span<UInt8>, at position: Int) -> Bool {
        guard position < bytes.count else { return false }
        return switch bytes[position] {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "-"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
            true
        default:
            false
        }
    }

    /// Skips the value that begins at `start`, whatever it is.
    ///
    /// - Parameter depth: The containers already open around the value.
    @inline(__always)
    static func skipValue(
        _ bytes: Span<UInt8>, at start: Int, depth: Int, expected: ScanError.Expectation = .value
    ) throws(ScanError) -> Int {
        isContainer(bytes, at: start)
            ? try skipContainer(bytes, at: start, depth: depth)
            : try skipScalar(bytes, at: start, expected: expected)
    }

    /// Skips the object or array that begins at `start`, in a loop that keeps one bit for each open container.
    private static func skipContainer(_ bytes: Span<UInt8>, at start: Int, depth: Int) throws(ScanError) -> Int {
        var open = OpenContainers(depth: depth)
        var expected = ScanError.Expectation.value
        var position = start
        values: while true {
            if isContainer(bytes, at: position) {
                try open.push(isObject: bytes[position] == UInt8(ascii: "{"), at: position)
                position = skipSpace(bytes, from: position + 1)
                // An empty container is closed below like any other.
                if position >= bytes.count || bytes[position] != open.closingByte {
                    if open.innermostIsObject {
                        position = try member(bytes, at: position, expected: .keyOrObjectEnd).value
                        expected = .value
                    } else {
                        expected = .valueOrArrayEnd
                    }
                    continue values
                }
            } else {
                position = try skipScalar(bytes, at: position, expected: expected)
            }
            while true {
                position = skipSpace(bytes, from: position)
                if position < bytes.count, bytes[position] == UInt8(ascii: ",") {
                    position = skipSpace(bytes, from: position + 1)
                    if open.innermostIsObject {
                        position = try member(bytes, at: position, expected: .key).value
                    }
                    expected = .value
                    continue values
                }
                guard position < bytes.count, bytes[position] == open.closingByte else {
                    throw mismatch(
                        bytes, at: position, expected: open.innermostIsObject ? .commaOrObjectEnd : .commaOrArrayEnd)
                }
                position += 1
                open.pop()
                if open.isEmpty { return position }
            }
        }
    }

    /// The containers that were opened inside a skipped value, one bit each: set for an object, clear for an array.
    private struct OpenContainers {
        // One bit for each of `ScanPlan.maxDepth`.
        private var kinds: UInt128 = 0
        private var count = 0
        private let outerDepth: Int

        init(depth: Int) {
            outerDepth = depth
        }

        var isEmpty: Bool { count == 0 }
        var innermostIsObject: Bool { kinds & 1 == 1 }
        var closingByte: UInt8 { innermostIsObject ? UInt8(ascii: "}") : UInt8(ascii: "]") }

        @inline(__always)
        mutating func push(isObject: Bool, at position: Int) throws(ScanError) {
            guard outerDepth + count < ScanPlan.maxDepth else { throw ScanError(.tooDeep, at: position) }
            kinds = kinds &<< 1 | (isObject ? 1 : 0)
            count += 1
        }

        @inline(__always)
        mutating func pop() {
            kinds = kinds &>> 1
            count -= 1
        }
    }
}
