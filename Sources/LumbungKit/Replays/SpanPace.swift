/// How many events one look for the next ones may pass over: fewer after one that took too long, then more again.
///
/// A pure state machine, for the replays and for the count before one.
struct SpanPace: Sendable, Hashable {
    /// The most events that one look passes over.
    static let widest = 20_000
    /// A look that takes less may be wider: an eighth of the two seconds that a store has for one.
    static let quick = Duration.milliseconds(250)

    /// How many events the next look passes over.
    private(set) var width = widest

    /// Takes note of a look that was done.
    ///
    /// Twice as many are looked at next only when there is plenty of time left, so that it does not swing between too few
    /// and too many.
    mutating func met(in duration: Duration) {
        if duration < Self.quick { width = min(Self.widest, width * 2) }
    }

    /// Takes note of a look that took too long: large payloads, and a text to look for.
    /// - Returns: Whether a narrower one may do better.
    mutating func metTooSlow() -> Bool {
        guard width > 1 else { return false }
        width = max(1, width / 8)
        return true
    }
}
