/// What follows from one attempt's outcome.
public enum DeliveryDecision: Sendable, Hashable {
    /// Done.
    case complete
    /// Try again at the given time.
    case retry(at: Timestamp)
    /// Give up and keep it for a person.
    case dead
    /// The attempt was never begun and does not count: hand it back to its place among those that wait.
    case release

    /// Whether the delivery has ended.
    public var isFinal: Bool { self == .complete || self == .dead }

    /// Decides what follows; a pure function of its inputs.
    /// - Parameters:
    ///   - outcome: How the attempt ended.
    ///   - attempt: Its number, from 1.
    ///   - policy: The destination's retry policy.
    ///   - now: The wall-clock time at the end of the attempt.
    ///   - jitter: An even draw from 0 to 1.
    public static func following(
        _ outcome: AttemptOutcome,
        attempt: Int,
        policy: RetryPolicy,
        now: Timestamp,
        jitter: Double
    ) -> DeliveryDecision {
        switch outcome.kind {
        case .delivered:
            return .complete
        case .interrupted:
            // It ran and may have had its effect, so it counts; but a cut is no failure of the destination's.
            return .retry(at: now)
        case .corrupt:
            return .dead
        case .status, .timeout, .refused, .dns, .reset, .tls, .tooLarge, .blocked, .exit, .unconfigured, .failed:
            let isPermanent = outcome.isPermanent || outcome.statusCode.map(policy.isPermanent) ?? false
            guard !isPermanent, attempt < policy.attempts else { return .dead }
            var wait = policy.wait(afterAttempt: attempt, jitter: jitter)
            if let asked = outcome.retryAfter { wait = max(wait, min(asked, policy.longest)) }
            return .retry(at: now.advanced(by: wait))
        }
    }
}
