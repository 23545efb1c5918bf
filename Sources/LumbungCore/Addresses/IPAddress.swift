/// An IPv4 or IPv6 address, without port and without zone.
public enum IPAddress: Sendable, Hashable {
    /// The four bytes, the first one highest.
    case v4(UInt32)
    /// The sixteen bytes as two halves, the first one highest.
    case v6(high: UInt64, low: UInt64)

    /// Reads four or sixteen bytes in network order; `nil` for any other number.
    public init?(bytes: [UInt8]) {
        switch bytes.count {
        case 4: self = .v4(UInt32(Self.number(bytes[...])))
        case 16: self = .v6(high: Self.number(bytes[..<8]), low: Self.number(bytes[8...]))
        default: return nil
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The text form: dotted, or eight groups with the longest run of zero groups left out (RFC 5952).
    public var description: String {
        switch self {
        case .v4(let value):
            return [24, 16, 8, 0].map { String(value >> UInt32($0) & 0xff) }.joined(separator: ".")
        case .v6(let high, let low):
            let groups = [high, low].flatMap { half in
                [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> UInt64($0)) }
            }
            let texts = groups.map { String($0, radix: 16) }
            guard let zeros = Self.longestZeros(groups) else { return texts.joined(separator: ":") }
            let before = texts[..<zeros.lowerBound].joined(separator: ":")
            return before + "::" + texts[zeros.upperBound...].joined(separator: ":")
        }
    }

    /// The first of the longest runs of at least two zero groups.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        for end in 0...groups.count where end == groups.count || groups[end] != 0 {
            if end - start >= 2 && end - start > best?.count ?? 0 { best = start..<end }
            start = end + 1
        }
        return best
    }
}
