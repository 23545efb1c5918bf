import LumbungCore
import Synchronization

/// Cuts the exchanges of one destination that take longer than its timeout, with one timer for all of them.
///
/// A timer for each attempt would be set and cancelled again for nearly every one. All have the same timeout, so the
/// watcher that sleeps until the end of the oldest wakes in time for every later one; it ends when nothing runs.
final class ExchangeDeadlines: Sendable {
    typealias Exchange = Task<AttemptOutcome, Never>

    private struct Running {
        let deadline: ContinuousClock.Instant
        let exchange: Exchange
    }

    private struct State {
        var running: [UInt64: Running] = [:]
        var next: UInt64 = 0
        var isWatched = false
    }

    private let timeout: Duration
    private let state = Mutex(State())

    init(timeout: Duration) {
        self.timeout = timeout
    }

    /// The outcome of an exchange, cut at its deadline or when the caller is cancelled.
    /// - Returns: What the exchange made of it, and whether its time was over.
    func outcome(of exchange: Exchange) async -> (outcome: AttemptOutcome, isTimeOver: Bool) {
        let number = begin(exchange)
        let outcome = await withTaskCancellationHandler {
            await exchange.value
        } onCancel: {
            exchange.cancel()
        }
        return (outcome, end(number))
    }

    private func begin(_ exchange: Exchange) -> UInt64 {
        let deadline = ContinuousClock.now + timeout
        let (number, isWatched) = state.withLock { state in
            state.next += 1
            state.running[state.next] = Running(deadline: deadline, exchange: exchange)
            defer { state.isWatched = true }
            return (state.next, state.isWatched)
        }
        // Not a child of the attempt that happens to start it: it watches those of others as well.
        if !isWatched { Task.detached { await self.watch(until: deadline) } }
        return number
    }

    /// - Returns: Whether its time was over: then it is not among the running any more.
    private func end(_ number: UInt64) -> Bool {
        state.withLock { $0.running.removeValue(forKey: number) == nil }
    }

    private func watch(until first: ContinuousClock.Instant) async {
        var next: ContinuousClock.Instant? = first
        while let deadline = next {
            try? await Task.sleep(until: deadline, clock: .continuous)
            next = cutOverdue()
        }
    }

    /// Cancels what is overdue.
    /// - Returns: The next deadline; nil when nothing runs, and nobody watches then.
    private func cutOverdue() -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        let (overdue, next) = state.withLock { state in
            let overdue = state.running.filter { $0.value.deadline <= now }
            for (number, running) in overdue where !running.exchange.isCancelled {
                state.running[number] = nil
            }
            let next = state.running.values.lazy.filter { $0.deadline > now }.map(\.deadline).min()
            state.isWatched = next != nil
            return (overdue.values.map(\.exchange), next)
        }
        for exchange in overdue { exchange.cancel() }
        return next
    }
}
