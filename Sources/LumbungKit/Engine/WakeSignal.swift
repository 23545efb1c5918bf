import Synchronization

/// A bell that remembers one ring: the one who waits is woken, whoever comes later finds that it rang.
///
/// One may wait at a time.
///
/// Ringing is cheap and may be done from any thread.
final class WakeSignal: Sendable {
    private struct State {
        var hasRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Rings.
    func ring() {
        let waiter = state.withLock { state in
            state.hasRung = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Takes the ring, if there was one.
    func take() -> Bool {
        state.withLock { state in
            defer { state.hasRung = false }
            return state.hasRung
        }
    }

    /// Waits for a ring and leaves it to be taken; returns at once when it has rung.
    ///
    /// Cancellation changes nothing, so that
    /// a loop that waits for results cannot spin.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.hasRung { state.waiter = continuation }
                return state.hasRung
            }
            if isOver { continuation.resume() }
        }
    }

    /// Waits like ``wait()``, and returns as well when the task is cancelled.
    func waitUnlessCancelled() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.hasRung || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}
