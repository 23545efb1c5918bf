/// A rate as the config file writes it: `50/s`, `600/m`, `3600/h`.
public struct RateText: Sendable, Equatable, CustomStringConvertible {
    /// How many in one period, 1 to 1,000,000.
    public let count: Int
    /// One second, one minute or one hour.
    public let period: Duration

    /// The largest count.
    static let maxCount = 1_000_000

    /// Reads digits, a slash and one unit, nothing before, between or behind; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = WholeNumber.parse(parts[0]), (1...Self.maxCount).contains(count) else {
            return nil
        }
        switch parts[1] {
        case "s": period = .seconds(1)
        case "m": period = .seconds(60)
        case "h": period = .seconds(3600)
        default: return nil
        }
        self.count = count
    }

    /// The rate as the config file writes it.
    public var description: String {
        let unit = period == .seconds(1) ? "s" : period == .seconds(60) ? "m" : "h"
        return "\(count)/\(unit)"
    }
}
