import Synchronization

/// The end that an exchange is brought to from outside, by its deadline or by its caller; the first word counts.
///
/// A token and no cancelled task, so that an attempt needs no task of its own.
final class ExchangeCut: Sendable {
    enum Reason: Sendable {
        case timeOver
        case cancelled
    }

    private struct State {
        var reason: Reason?
        var stop: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Why the exchange was cut; `nil` while it may go on.
    var reason: Reason? { state.withLock { $0.reason } }

    /// Whether the exchange was cut.
    var isOver: Bool { reason != nil }

    /// Has what runs now stopped by a cut, in the place of what ran before; at once when there was one.
    func onCut(_ stop: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            state.stop = stop
            return state.reason != nil
        }
        if isOver { stop() }
    }

    /// Cuts.
    func cut(_ reason: Reason) {
        let stop: (@Sendable () -> Void)? = state.withLock { state in
            guard state.reason == nil else { return nil }
            state.reason = reason
            return state.stop
        }
        stop?()
    }
}
