import LumbungCore
import Synchronization

/// Whether the server can take an event now, for `/readyz`.
final class Readiness: Sendable {
    private struct State {
        var isStopping = false
        /// Who waits for the commit that is being made; nil while none is.
        var waiting: [CheckedContinuation<StoreHealth?, Never>]?
    }

    private let store: any InboxStore
    private let state = Mutex(State())

    init(store: any InboxStore) {
        self.store = store
    }

    /// Says from now on that the server is shutting down.
    func stop() {
        state.withLock { $0.isStopping = true }
    }

    /// Why the server is not ready; nil when it is.
    ///
    /// Being ready was proved by a commit. Whoever asks while one is being made waits for that one, so that however many
    /// ask, one commit at a time is made for them.
    func reason() async -> String? {
        if state.withLock(\.isStopping) { return "shutting down" }
        switch await health() {
        case .ready: return nil
        case .unavailable(let reason): return reason
        }
    }

    private func health() async -> StoreHealth {
        while !beginsAsking() {
            if let shared = await sharedHealth() { return shared }
        }
        let health = await store.health()
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting ?? []
        }
        for one in waiting { one.resume(returning: health) }
        return health
    }

    /// Whether this is the one that asks; else somebody does already.
    private func beginsAsking() -> Bool {
        state.withLock { state in
            guard state.waiting == nil else { return false }
            state.waiting = []
            return true
        }
    }

    /// What the one that asks is told; nil when it has been told already.
    private func sharedHealth() async -> StoreHealth? {
        await withCheckedContinuation { answer in
            let isWaiting = state.withLock { state in
                guard state.waiting != nil else { return false }
                state.waiting?.append(answer)
                return true
            }
            if !isWaiting { answer.resume(returning: nil) }
        }
    }
}
