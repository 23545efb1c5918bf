/// When a failed delivery is tried again: exponential back-off with full jitter.
///
/// The wait before attempt n+1 is drawn evenly from zero to `first · 2^(n-1)`, capped at `longest`
/// ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015: the "full jitter" variant).
public struct RetryPolicy: Sendable, Hashable {
    /// How often a delivery is tried in all; at least 1.
    public var attempts: Int
    /// The ceiling of the first wait.
    public var first: Duration
    /// The ceiling of every wait.
    public var longest: Duration
    /// The statuses, or a command's exit codes, after which there is no point in trying again.
    public var permanent: Set<Int>

    /// The status that always is one: 410 Gone says that the destination wants no more of it (CONTRACT 5).
    public static let gone = 410

    /// Makes a policy; the defaults are the contract's: 12 attempts, 5 s first, 6 h longest.
    public init(
        attempts: Int = 12, first: Duration = .seconds(5), longest: Duration = .seconds(6 * 3600),
        permanent: Set<Int> = []
    ) {
        self.attempts = max(1, attempts)
        self.first = first
        self.longest = longest
        self.permanent = permanent
    }

    /// Whether an event that was answered with this status, or ended with this exit code, is dead at once.
    public func isPermanent(_ statusCode: Int) -> Bool {
        statusCode == Self.gone || permanent.contains(statusCode)
    }

    /// The ceiling of the wait that follows attempt `attempt`.
    public func ceiling(afterAttempt attempt: Int) -> Duration {
        var wait = first
        var remaining = max(0, attempt - 1)
        while remaining > 0 && wait < longest {
            wait *= 2
            remaining -= 1
        }
        return min(wait, longest)
    }

    /// The wait that follows attempt `attempt`.
    /// - Parameters:
    ///   - attempt: The number of the attempt that failed, from 1.
    ///   - jitter: An even draw from 0 to 1.
    public func wait(afterAttempt attempt: Int, jitter: Double) -> Duration {
        let held = min(max(jitter, 0), 1)
        return .milliseconds(Int64(Double(ceiling(afterAttempt: attempt).wholeMilliseconds) * held))
    }
}
