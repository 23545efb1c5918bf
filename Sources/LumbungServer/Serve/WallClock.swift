import CDispatch
import Glibc
import LumbungCore

/// The machine's wall clock.
enum WallClock {
    /// The present time.
    @Sendable static func now() -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
