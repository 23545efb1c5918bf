/// Slows a destination that asks for it: an answer 429 or 503 is about the destination, not only about one event.
///
/// A pure state machine. Times are of a monotonic clock, as the time since any fixed point.
public struct Throttle: Sendable, Hashable {
    /// The pause after an answer that does not say how long; each further one doubles it, up to ``longestPause``.
    public static let firstPause: Duration = .seconds(1)
    /// The longest pause that is not asked for.
    public static let longestPause: Duration = .seconds(60)

    private var until: Duration = .zero
    private var inARow = 0

    /// Makes a throttle that is open.
    public init() {}

    /// When attempts may go on; nil when they may now.
    public func opensAt(now: Duration) -> Duration? {
        until > now ? until : nil
    }

    /// An attempt succeeded: the next pause begins short again.
    ///
    /// A pause that runs goes on, since the attempt was begun before it.
    public mutating func succeeded() {
        inARow = 0
    }

    /// The destination asked for a pause.
    /// - Parameters:
    ///   - wait: How long it asked for, already held by the longest wait of its policy; nil when it did not say.
    ///   - now: The monotonic time.
    public mutating func asked(for wait: Duration?, now: Duration) {
        let doubled = Self.firstPause * (1 << min(inARow, 6))
        inARow += 1
        until = max(until, now + (wait ?? min(doubled, Self.longestPause)))
    }
}
