public import LumbungCore

/// Reads the `Retry-After` header (RFC 9110, section 10.2.3).
public enum RetryAfter {
    /// Longer waits are taken for this one: a year.
    public static let longest = Duration.seconds(365 * 86_400)

    /// The wait that a header asks for, from now on.
    ///
    /// - Parameters:
    ///   - value: Seconds in decimal digits, or an HTTP date in one of its three forms (RFC 9110, section 5.6.7).
    ///   - now: The wall-clock time at which the header came.
    /// - Returns: The wait, zero for a date gone by, at most ``longest``; `nil` for anything else.
    public static func wait(_ value: String, now: Timestamp) -> Duration? {
        let text = value.utf8.drop { $0 == 0x20 || $0 == 0x09 }
        guard let first = text.first, text.count <= 64 else { return nil }
        if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
            guard let seconds = digits(text) else { return nil }
            return min(.seconds(seconds), longest)
        }
        guard let date = HTTPDate.timestamp(String(Substring(text))) else { return nil }
        return min(max(date.since(now), .zero), longest)
    }

    /// The number, held at 10^15; `nil` when there is anything but digits and blanks behind them.
    private static func digits(_ text: Substring.UTF8View) -> Int64? {
        var value: Int64 = 0
        var rest = text[...]
        while let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            value = min(value * 10 + Int64(byte - UInt8(ascii: "0")), 1_000_000_000_000_000)
            rest = rest.dropFirst()
        }
        return rest.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? value : nil
    }
}
