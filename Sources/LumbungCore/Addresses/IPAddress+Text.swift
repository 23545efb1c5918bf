extension IPAddress {
    /// Reads the usual text form: `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`; no brackets, no zone.
    ///
    /// Short and octal IPv4 forms such as `127.1` or `010.0.0.1` are no addresses here, as for `inet_pton(3)`; they are
    /// names to look up.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        if let value = Self.dotted(bytes[...]) {
            self = .v4(value)
        } else if let groups = Self.groups(bytes) {
            self.init(bytes: groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
        } else {
            return nil
        }
    }

    /// The IPv4 address inside an IPv4-mapped IPv6 one (RFC 4291, section 2.5.5.2); every other address as it is.
    public var unmapped: IPAddress {
        guard case .v6(0, let low) = self, low >> 32 == 0xFFFF else { return self }
        return .v4(UInt32(truncatingIfNeeded: low))
    }

    /// Four decimal numbers without leading zeros between dots.
    private static func dotted(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard let number = decimal(part, max: 255) else { return nil }
            value = value << 8 | UInt32(number)
        }
        return value
    }

    /// A decimal number of at most three digits without leading zeros.
    static func decimal(_ digits: ArraySlice<UInt8>, max: Int) -> Int? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value <= max ? value : nil
    }

    /// The eight groups of an IPv6 address (RFC 4291, section 2.2).
    private static func groups(_ text: [UInt8]) -> [UInt16]? {
        let colon = UInt8(ascii: ":")
        guard let gap = text.indices.dropLast().first(where: { text[$0] == colon && text[$0 + 1] == colon }) else {
            return list(text[...], mayEndDotted: true).flatMap { $0.count == 8 ? $0 : nil }
        }
        let (before, behind) = (text[..<gap], text[(gap + 2)...])
        guard let left = before.isEmpty ? [] : list(before, mayEndDotted: false),
            let right = behind.isEmpty ? [] : list(behind, mayEndDotted: true), left.count + right.count < 8
        else { return nil }
        return left + Array(repeating: 0, count: 8 - left.count - right.count) + right
    }

    private static func list(_ text: ArraySlice<UInt8>, mayEndDotted: Bool) -> [UInt16]? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if let group = group(part) {
                groups.append(group)
            } else if mayEndDotted, index == parts.count - 1, let value = dotted(part) {
                groups += [UInt16(value >> 16), UInt16(value & 0xFFFF)]
            } else {
                return nil
            }
        }
        return groups
    }

    /// One to four hexadecimal digits.
    private static func group(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(digits.count) else { return nil }
        var value: UInt16 = 0
        for digit in digits {
            let number: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): number = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt16(number)
        }
        return value
    }
}
