/// A length of time as the config file writes it: `250ms`, `15s`, `5m`, `6h`, `7d`.
public struct DurationText: Sendable, Equatable {
    /// The length of time.
    public let duration: Duration

    /// The longest that can be written: 100 years of 365 days.
    static let longestMilliseconds = 36_500 * 86_400_000

    /// The units, largest first, in milliseconds.
    private static let units: [(name: String, milliseconds: Int)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Reads digits and one unit, nothing before, between or behind; nil for anything else and past 100 years.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unitName = text.dropFirst(digits.count)
        guard let count = WholeNumber.parse(digits), let unit = Self.units.first(where: { $0.name == unitName }) else {
            return nil
        }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow, milliseconds <= Self.longestMilliseconds else { return nil }
        duration = .milliseconds(milliseconds)
    }

    /// The shortest text for a whole number of milliseconds: `15s` for 15,000 ms.
    public static func describe(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        guard milliseconds > 0, let unit = units.first(where: { milliseconds.isMultiple(of: $0.milliseconds) }) else {
            return "0s"
        }
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}
