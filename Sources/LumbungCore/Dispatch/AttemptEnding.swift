/// What an attempt's ending says about its destination.
public enum AttemptEnding: Sendable, Hashable {
    /// Nothing: it was cut, never begun, or decided by the event itself.
    case silent
    /// The destination is well.
    case succeeded
    /// The destination failed.
    case failed
    /// The destination failed because it has too much to do, and may have said for how long.
    case throttled(Duration?)

    /// Reads an outcome.
    /// - Parameters:
    ///   - outcome: How the attempt ended.
    ///   - policy: The destination's retry policy: a status that it lists as permanent is an answer about the event.
    public init(_ outcome: AttemptOutcome, policy: RetryPolicy) {
        switch outcome.kind {
        case .delivered:
            self = .succeeded
        case .interrupted, .corrupt, .unconfigured:
            self = .silent
        case .status where outcome.statusCode == 429 || outcome.statusCode == 503:
            // RFC 6585, section 4, and RFC 9110, section 15.6.4.
            self = .throttled(outcome.retryAfter.map { min($0, policy.longest) })
        default:
            let isPermanent = outcome.isPermanent || outcome.statusCode.map(policy.isPermanent) ?? false
            self = isPermanent ? .silent : .failed
        }
    }
}
