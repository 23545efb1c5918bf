public import LumbungCore
import Synchronization

/// A wall clock that stands still until a test moves it, forwards or back.
public final class ManualTime: Sendable {
    private let point: Mutex<Timestamp>

    /// Starts at a point in time.
    public init(_ start: Timestamp = NewEvent.sampleTime) {
        point = Mutex(start)
    }

    /// The time it shows.
    public var now: Timestamp { point.withLock { $0 } }

    /// Moves it; a negative duration moves it back.
    public func advance(by duration: Duration) {
        point.withLock { $0 = $0.advanced(by: duration) }
    }

    /// Sets it, as an administrator or a time server may do.
    public func set(_ time: Timestamp) {
        point.withLock { $0 = time }
    }
}
