import Logging
import LumbungCore

/// Deliveries to destinations that the configuration no longer has: they wait until it has them again.
enum Orphans {
    /// Tells about them, one line a destination.
    /// - Parameters:
    ///   - store: Where they wait.
    ///   - numbers: Every destination that the store knows.
    ///   - configured: The names of the present ones.
    ///   - logger: Where it is told.
    /// - Throws: `StoreError`.
    static func report(
        _ store: any InboxStore, numbers: [String: DestinationID], configured: Set<String>, logger: Logger
    ) async throws(StoreError) {
        let waiting = try await store.openDeliveries()
        for (name, number) in numbers.sorted(by: { $0.key < $1.key }) where !configured.contains(name) {
            guard let count = waiting[number], count > 0 else { continue }
            logger.warning(
                "deliveries wait for a destination that is not configured any more; they run once it is again",
                metadata: ["destination": "\(name)", "count": "\(count)"])
        }
    }
}
