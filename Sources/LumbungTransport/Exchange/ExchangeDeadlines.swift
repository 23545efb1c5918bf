import LumbungCore
import NIOCore
import Synchronization

/// Cuts the exchanges of one destination that take longer than its timeout, with one timer for all of them.
///
/// A timer for each attempt would be set and cancelled again for nearly every one. All have the same timeout, so a timer
/// for the oldest rings in time for every later one, and is set anew only while something runs.
final class ExchangeDeadlines: Sendable {
    private struct Running {
        let deadline: NIODeadline
        /// Told whether the time was over; the first word counts.
        let isLate: OneShot<Bool>
    }

    private struct State {
        var running: [UInt64: Running] = [:]
        var next: UInt64 = 0
        var isWatched = false
    }

    private let timeout: TimeAmount
    private let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(timeout: Duration, on eventLoop: any EventLoop) {
        self.timeout = TimeAmount(timeout)
        self.eventLoop = eventLoop
    }

    /// The outcome of an exchange, cut at its deadline or when the caller is cancelled.
    /// - Returns: What the exchange made of it, and whether its time was over before it ended.
    func outcome(
        of exchange: @escaping @Sendable () async -> AttemptOutcome
    ) async -> (outcome: AttemptOutcome, isTimeOver: Bool) {
        let isLate = OneShot<Bool>()
        let number = begin(isLate)
        return await withTaskGroup(of: AttemptOutcome.self) { group in
            group.addTask {
                let outcome = await exchange()
                isLate.deliver(false)
                return outcome
            }
            // One that its caller has cut is not late, however long it takes to end.
            let isTimeOver = await isLate.value() && !Task.isCancelled
            if isTimeOver { group.cancelAll() }
            let outcome = await group.next()
            end(number)
            return (outcome ?? AttemptOutcome(kind: .interrupted), isTimeOver)
        }
    }

    private func begin(_ isLate: OneShot<Bool>) -> UInt64 {
        let deadline = NIODeadline.now() + timeout
        let (number, isWatched) = state.withLock { state in
            state.next += 1
            state.running[state.next] = Running(deadline: deadline, isLate: isLate)
            defer { state.isWatched = true }
            return (state.next, state.isWatched)
        }
        if !isWatched { watch(until: deadline) }
        return number
    }

    private func end(_ number: UInt64) {
        state.withLock { $0.running[number] = nil }
    }

    private func watch(until deadline: NIODeadline) {
        eventLoop.scheduleTask(deadline: deadline) {
            if let next = self.cutOverdue() { self.watch(until: next) }
        }
    }

    /// Tells those that are overdue.
    /// - Returns: The next deadline; nil when nothing else runs, and nobody watches then.
    private func cutOverdue() -> NIODeadline? {
        let now = NIODeadline.now()
        let (overdue, next) = state.withLock { state in
            let overdue = state.running.values.filter { $0.deadline <= now }
            let next = state.running.values.lazy.filter { $0.deadline > now }.map(\.deadline).min()
            state.isWatched = next != nil
            return (overdue, next)
        }
        for running in overdue { running.isLate.deliver(true) }
        return next
    }
}
