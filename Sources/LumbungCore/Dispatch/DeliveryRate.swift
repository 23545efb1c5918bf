/// How many deliveries a destination may be given in a period of time.
public struct DeliveryRate: Sendable, Hashable {
    /// How many in one period; at least 1.
    public var count: Int
    /// The period.
    public var period: Duration

    /// Makes a rate.
    public init(count: Int, period: Duration) {
        self.count = max(1, count)
        self.period = period
    }
}

/// Holds deliveries to a rate: the generic cell rate algorithm, a leaky bucket that needs no timer
/// (ITU-T I.371, appendix I).
///
/// Times are of a monotonic clock, as the time since any fixed point.
public struct RateLimiter: Sendable, Hashable {
    /// What may come at once after a rest.
    public let burst: Int
    /// Nanoseconds between two deliveries at an even pace, and when the next is free at that pace.
    private let interval: Int64
    private var nextFree: Int64 = 0

    /// Makes a limiter that has rested, with a burst of a tenth of a second's worth, and at least one.
    public init(_ rate: DeliveryRate) {
        self.init(rate, burst: Int(100_000_000 / Self.interval(rate)))
    }

    /// Makes a limiter that has rested.
    /// - Parameters:
    ///   - rate: The pace.
    ///   - burst: What may come at once after a rest; held between 1 and the rate's count.
    public init(_ rate: DeliveryRate, burst: Int) {
        interval = Self.interval(rate)
        self.burst = max(1, min(rate.count, burst))
    }

    private static func interval(_ rate: DeliveryRate) -> Int64 {
        max(1, rate.period.wholeNanoseconds / Int64(rate.count))
    }

    /// How many may be given now.
    public func available(now: Duration) -> Int {
        let now = now.wholeNanoseconds
        let free = now + interval * Int64(burst) - max(nextFree, now)
        return Int(max(0, free / interval))
    }

    /// Takes note that `count` were given.
    public mutating func take(_ count: Int, now: Duration) {
        nextFree = max(nextFree, now.wholeNanoseconds) + interval * Int64(count)
    }

    /// When at least one may be given again; nil when one may be given now.
    public func opensAt(now: Duration) -> Duration? {
        available(now: now) > 0 ? nil : .nanoseconds(nextFree + interval - interval * Int64(burst))
    }
}

extension Duration {
    /// Held at the ends of what fits, some 292 years.
    fileprivate var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min / 4 : .max / 4 }
        return min(max(product, .min / 4), .max / 4) + attoseconds / 1_000_000_000
    }
}
