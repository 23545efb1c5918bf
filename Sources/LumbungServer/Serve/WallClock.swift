import LumbungCore
import LumbungKit

/// The machine's wall clock.
enum WallClock {
    /// The present time.
    @Sendable static func now() -> Timestamp {
        EngineEnvironment.system.wallClock()
    }
}
