import Logging
import LumbungCore

/// The engine's slow chores: removing finished events past their retention, and taking back leases that ended and that
/// nobody holds any more.
struct Maintenance: Sendable {
    let store: any InboxStore
    let dispatcher: Dispatcher
    let configuration: EngineConfiguration
    let environment: EngineEnvironment
    let logger: Logger

    /// Does the chores at once and then every ``EngineConfiguration/pruneInterval`` until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            do throws(StoreError) {
                _ = try await store.reclaim(now: environment.wallClock(), except: Array(await dispatcher.held))
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
        var removed = 0
        var cursor: EventID? = EventID(0)
        while let from = cursor, !Task.isCancelled {
            let slice = try await store.prune(configuration.retention, now: environment.wallClock(), after: from)
            removed += slice.removed
            cursor = slice.next
        }
        return removed
    }
}
