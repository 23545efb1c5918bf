import Synchronization

/// A value that one task waits for and several parties may deliver; the first delivery counts.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case delivered(Value)
    }

    private let state = Mutex(State.open)

    /// Delivers the value, unless there is one already.
    func deliver(_ value: Value) {
        let waiting: CheckedContinuation<Value, Never>? = state.withLock { state in
            switch state {
            case .delivered: return nil
            case .open:
                state = .delivered(value)
                return nil
            case .awaited(let continuation):
                state = .delivered(value)
                return continuation
            }
        }
        waiting?.resume(returning: value)
    }

    /// Waits for the value; to be called once.
    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let ready: Value? = state.withLock { state in
                if case .delivered(let value) = state { return value }
                state = .awaited(continuation)
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}
