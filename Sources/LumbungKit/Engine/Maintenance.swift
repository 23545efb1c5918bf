import Logging
import LumbungCore

/// The engine's slow chores: removing finished events past their retention, and having leases taken back that ended and
/// that nobody holds any more.
struct Maintenance: Sendable {
    let store: any InboxStore
    let dispatcher: Dispatcher
    let configuration: EngineConfiguration
    let environment: EngineEnvironment
    let logger: Logger
    /// Tells the dispatcher that there is work again.
    let committed: @Sendable () -> Void

    /// Does the chores at once and then every ``EngineConfiguration/pruneInterval`` until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            await dispatcher.takeBackEnded()
            do throws(StoreError) {
                let removed = try await prune()
                if removed > 0 {
                    logger.info("pruned finished events past their retention", metadata: [LogKeys.count: "\(removed)"])
                }
            } catch {
                logger.warning(
                    "pruning stopped early; it goes on at the next round",
                    metadata: [LogKeys.reason: "\(error.sentence)"])
            }
            try? await environment.clock.sleep(for: configuration.pruneInterval)
        }
    }

    /// Walks the whole table in slices, each a short transaction of its own.
    private func prune() async throws(StoreError) -> Int {
        var (removed, expired) = (0, 0)
        var cursor: EventID? = EventID(0)
        while let from = cursor, !Task.isCancelled {
            let slice = try await store.prune(configuration.retention, now: environment.wallClock(), after: from)
            removed += slice.removed
            expired += slice.expired
            // What waited behind one of them in the order of its key may go now.
            if slice.removed > 0 { committed() }
            cursor = slice.next
        }
        if expired > 0 {
            logger.warning(
                "requests in quarantine were removed because their days are over; nobody had released them",
                metadata: [LogKeys.count: "\(expired)"])
        }
        return removed
    }
}
