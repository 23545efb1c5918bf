/// Notices that the wall clock was set, by holding it against the monotonic clock.
///
/// A pure state machine; the dispatcher feeds it both clocks whenever it wakes.
public struct ClockWatch: Sendable {
    /// Smaller differences are the ordinary steering of a clock by NTP and change nothing.
    public static let smallestJump: Duration = .seconds(2)

    private var wall: Timestamp
    private var elapsed: Duration

    /// Starts watching.
    /// - Parameters:
    ///   - wall: The wall clock.
    ///   - elapsed: The monotonic clock, as the time since any fixed point.
    public init(wall: Timestamp, elapsed: Duration) {
        self.wall = wall
        self.elapsed = elapsed
    }

    /// Takes a look at both clocks.
    /// - Returns: How far the wall clock was set since the last look, or nil when it was not.
    public mutating func look(wall now: Timestamp, elapsed: Duration) -> Duration? {
        let jump = now.since(wall) - (elapsed - self.elapsed)
        guard jump >= Self.smallestJump || jump <= .zero - Self.smallestJump else {
            // The base stays: many small differences in one direction add up to a jump.
            return nil
        }
        self.wall = now
        self.elapsed = elapsed
        return jump
    }
}
