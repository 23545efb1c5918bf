import Logging
import LumbungCore

/// Deliveries to destinations that the configuration no longer has: they wait until it has them again.
enum Orphans {
    /// Tells about them, one line a destination.
    /// - Parameters:
    ///   - store: Where they wait.
    ///   - numbers: Every destination that the store knows.
    ///   - configured: The names of the present ones.
    ///   - logger: Where it is told; also when the store cannot tell, which is no reason to stop.
    static func report(
        _ store: any InboxStore, numbers: [String: DestinationID], configured: Set<String>, logger: Logger
    ) async {
        let waiting: [DestinationID: Int]
        do throws(StoreError) {
            waiting = try await store.openDeliveries()
        } catch {
            logger.warning(
                "could not look for deliveries whose destination is not configured any more",
                metadata: ["reason": "\(error.sentence)"])
            return
        }
        for (name, number) in numbers.sorted(by: { $0.key < $1.key }) where !configured.contains(name) {
            guard let count = waiting[number], count > 0 else { continue }
            logger.warning(
                "deliveries wait for a destination that is not configured any more; they run once it is again",
                metadata: ["destination": "\(name)", "count": "\(count)"])
        }
    }
}
