public import LumbungCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How the engine works its inbox off.
public struct EngineConfiguration: Sendable {
    /// How many attempts run at the same time.
    public var workerCount: Int
    /// How many claimed events are held in memory; the others wait in the store.
    public var queueBuffer: Int
    /// How long running attempts may finish after a shutdown began.
    public var shutdownGrace: Duration
    /// How long a lease lasts; longer than any attempt.
    public var leaseDuration: Duration
    /// How long finished events are kept.
    public var retention: RetentionPolicy
    /// How often finished events are pruned.
    public var pruneInterval: Duration

    /// Makes a configuration with the contract's defaults.
    public init(
        workerCount: Int = 5,
        queueBuffer: Int = 1000,
        shutdownGrace: Duration = .seconds(30),
        retention: RetentionPolicy = RetentionPolicy()
    ) {
        self.workerCount = workerCount
        self.queueBuffer = queueBuffer
        self.shutdownGrace = shutdownGrace
        self.leaseDuration = .seconds(2 * 3600)
        self.retention = retention
        self.pruneInterval = .seconds(3600)
    }
}

extension EngineEnvironment {
    /// The machine's own clocks and dice.
    public static let system = EngineEnvironment(
        wallClock: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
        jitter: { Double.random(in: 0...1) })
}

/// The engine's clocks and dice; tests bring their own.
public struct EngineEnvironment: Sendable {
    /// The wall clock, for what is stored.
    public var wallClock: @Sendable () -> Timestamp
    /// The monotonic clock, for waiting.
    public let clock: any Clock<Duration>
    /// The time since the environment was made, by the monotonic clock.
    let elapsed: @Sendable () -> Duration
    /// An even draw from 0 to 1, for jitter.
    public var jitter: @Sendable () -> Double

    /// Bundles clocks and dice.
    public init<MonotonicClock: Clock>(
        wallClock: @escaping @Sendable () -> Timestamp,
        clock: MonotonicClock = ContinuousClock(),
        jitter: @escaping @Sendable () -> Double
    ) where MonotonicClock.Duration == Duration {
        let start = clock.now
        self.wallClock = wallClock
        self.clock = clock
        self.elapsed = { start.duration(to: clock.now) }
        self.jitter = jitter
    }
}
