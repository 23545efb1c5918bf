import LumbungCore
import Synchronization

/// Whether the server can take an event now, for `/readyz`.
final class Readiness: Sendable {
    private let store: any InboxStore
    private let isStopping = Mutex(false)

    init(store: any InboxStore) {
        self.store = store
    }

    /// Says from now on that the server is shutting down.
    func stop() {
        isStopping.withLock { $0 = true }
    }

    /// Why the server is not ready; nil when it is.
    ///
    /// Being ready was proved by a commit.
    func reason() async -> String? {
        if isStopping.withLock({ $0 }) { return "shutting down" }
        switch await store.health() {
        case .ready: return nil
        case .unavailable(let reason): return reason
        }
    }
}
