/// Rests a destination that fails again and again, and probes it with one attempt at a time until one succeeds.
///
/// A pure state machine. Times are of a monotonic clock, as the time since any fixed point.
public struct CircuitBreaker: Sendable, Hashable {
    /// When it opens and how long it rests.
    public struct Policy: Sendable, Hashable {
        /// The failures in a row, with no success between them, after which it opens (CONTRACT 5: ten).
        public var failures = 10
        /// The first rest.
        public var firstRest: Duration = .seconds(10)
        /// The longest rest; each failed probe doubles the one before up to it.
        public var longestRest: Duration = .seconds(300)

        /// The default policy.
        public init() {}
    }

    /// Where it stands, for an operator.
    public enum State: String, Sendable, CaseIterable {
        /// Everything goes through.
        case closed
        /// Nothing goes through.
        case open
        /// One attempt goes through and decides.
        case probing
    }

    private enum Phase: Sendable, Hashable {
        case closed(failures: Int)
        case open(until: Duration, rest: Duration)
    }

    private let policy: Policy
    private var phase = Phase.closed(failures: 0)

    /// Makes a closed breaker.
    public init(_ policy: Policy = Policy()) {
        self.policy = policy
    }

    /// Where it stands now.
    public func state(now: Duration) -> State {
        guard case .open(let until, _) = phase else { return .closed }
        return until > now ? .open : .probing
    }

    /// How many attempts may run at once: nothing while it is open, one while it is probing.
    public func limit(now: Duration) -> Int {
        switch state(now: now) {
        case .closed: .max
        case .open: 0
        case .probing: 1
        }
    }

    /// When it begins to probe; nil when it is not open.
    public func opensAt(now: Duration) -> Duration? {
        guard case .open(let until, _) = phase, until > now else { return nil }
        return until
    }

    /// An attempt succeeded: the destination is well, whatever was before.
    public mutating func succeeded() {
        phase = .closed(failures: 0)
    }

    /// An attempt failed.
    /// - Parameters:
    ///   - now: The monotonic time.
    ///   - jitter: An even draw from 0 to 1; a rest is 80 to 120 % of its length, so that many destinations on one
    ///     machine are not probed together.
    public mutating func failed(now: Duration, jitter: Double) {
        switch phase {
        case .closed(let failures) where failures + 1 < policy.failures:
            phase = .closed(failures: failures + 1)
        case .closed:
            rest(for: policy.firstRest, now: now, jitter: jitter)
        case .open(let until, let rest) where until <= now:
            self.rest(for: min(rest * 2, policy.longestRest), now: now, jitter: jitter)
        case .open:
            // It began before the breaker opened, and says nothing new.
            break
        }
    }

    private mutating func rest(for length: Duration, now: Duration, jitter: Double) {
        let milliseconds = Double(length.wholeMilliseconds) * (0.8 + 0.4 * min(max(jitter, 0), 1))
        phase = .open(until: now + .milliseconds(Int64(milliseconds)), rest: length)
    }
}
