import Glibc

/// The wall clock that stamps log lines, an input so that tests can hold it still.
public struct LogClock: Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let nowMilliseconds: @Sendable () -> Int64

    /// Makes a clock of a closure that answers milliseconds since the Unix epoch.
    public init(nowMilliseconds: @escaping @Sendable () -> Int64) {
        self.nowMilliseconds = nowMilliseconds
    }

    /// The machine's real-time clock.
    public static let system = LogClock {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
