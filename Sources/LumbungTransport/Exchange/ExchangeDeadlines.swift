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
        let cut: ExchangeCut
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
        of exchange: (ExchangeCut) async -> AttemptOutcome
    ) async -> (outcome: AttemptOutcome, isTimeOver: Bool) {
        let cut = ExchangeCut()
        let number = begin(cut)
        let outcome = await withTaskCancellationHandler {
            await exchange(cut)
        } onCancel: {
            cut.cut(.cancelled)
        }
        end(number)
        return (outcome, cut.reason == .timeOver)
    }

    private func begin(_ cut: ExchangeCut) -> UInt64 {
        let deadline = NIODeadline.now() + timeout
        let (number, isWatched) = state.withLock { state in
            state.next += 1
            state.running[state.next] = Running(deadline: deadline, cut: cut)
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
        for running in overdue { running.cut.cut(.timeOver) }
        return next
    }
}
