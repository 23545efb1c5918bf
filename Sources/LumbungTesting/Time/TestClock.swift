import Synchronization

/// A monotonic clock that stands still until a test moves it.
///
/// Sleepers whose time has come are woken in the order of their deadlines, those with the same deadline in the order in
/// which they went to sleep. Nothing here waits for real time.
public final class TestClock: Clock, Sendable {
    /// A point on the clock, as the time since its start.
    public struct Instant: InstantProtocol, Sendable {
        /// The time since the clock's start.
        public var offset: Swift.Duration

        /// Names a point on the clock.
        public init(offset: Swift.Duration) {
            self.offset = offset
        }

        /// The point `duration` later.
        public func advanced(by duration: Swift.Duration) -> Instant {
            Instant(offset: offset + duration)
        }

        /// The time until a later point.
        public func duration(to other: Instant) -> Swift.Duration {
            other.offset - offset
        }

        /// Tells whether one point lies before another.
        public static func < (left: Instant, right: Instant) -> Bool {
            left.offset < right.offset
        }
    }

    private struct Sleeper {
        var number: Int
        var deadline: Instant
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct Watcher {
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var nextNumber = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var watchers: [Watcher] = []
    }

    private let state = Mutex(State())

    /// Makes a clock that shows zero.
    public init() {}

    /// The point it shows.
    public var now: Instant { state.withLock { $0.now } }

    /// The smallest step.
    public var minimumResolution: Swift.Duration { .nanoseconds(1) }

    /// How many sleep now.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// When the next sleeper wakes; nil when nobody sleeps.
    public var nextDeadline: Instant? { state.withLock { state in state.sleepers.map(\.deadline).min() } }

    /// Sleeps until the clock was moved to the deadline.
    /// - Throws: `CancellationError` when the task is cancelled before.
    public func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        let woke = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                lieDown(Sleeper(number: number, deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            cancel(number)
        }
        guard woke else { throw CancellationError() }
    }

    /// Moves the clock and wakes who is due.
    public func advance(by duration: Swift.Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.deadline <= state.now }
            state.sleepers.removeAll { $0.deadline <= state.now }
            return due.sorted { ($0.deadline.offset, $0.number) < ($1.deadline.offset, $1.number) }
        }
        for sleeper in due { sleeper.continuation.resume(returning: true) }
    }

    /// Moves the clock to the next sleeper's deadline and wakes it; does nothing when nobody sleeps.
    public func advanceToNextSleeper() {
        guard let deadline = nextDeadline else { return }
        advance(by: max(.zero, now.duration(to: deadline)))
    }

    /// Returns once at least `count` sleep at the same time.
    public func waitForSleepers(count: Int) async {
        await withCheckedContinuation { continuation in
            let isMet = state.withLock { state in
                guard state.sleepers.count < count else { return true }
                state.watchers.append(Watcher(count: count, continuation: continuation))
                return false
            }
            if isMet { continuation.resume() }
        }
    }

    private func lieDown(_ sleeper: Sleeper) {
        let (answer, met): (Bool?, [Watcher]) = state.withLock { state in
            if state.cancelled.remove(sleeper.number) != nil { return (false, []) }
            if sleeper.deadline <= state.now { return (true, []) }
            state.sleepers.append(sleeper)
            let asleep = state.sleepers.count
            let met = state.watchers.filter { $0.count <= asleep }
            state.watchers.removeAll { $0.count <= asleep }
            return (nil, met)
        }
        if let answer { sleeper.continuation.resume(returning: answer) }
        for watcher in met { watcher.continuation.resume() }
    }

    private func cancel(_ number: Int) {
        let sleeper: Sleeper? = state.withLock { state in
            guard let index = state.sleepers.firstIndex(where: { $0.number == number }) else {
                state.cancelled.insert(number)
                return nil
            }
            return state.sleepers.remove(at: index)
        }
        sleeper?.continuation.resume(returning: false)
    }
}
