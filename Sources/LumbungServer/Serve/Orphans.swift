import Logging
import LumbungCore

/// Deliveries to destinations that the configuration no longer has: they wait until it has them again.
enum Orphans {
    /// Tells about them, one line a destination.
    /// - Parameters:
    ///   - store: Where they wait.
    ///   - numbers: Every destination that the store knows.
    ///   - configured: The names of the present ones.
    ///   - running: How many attempts to a destination run; none at a start.
    ///   - logger: Where it is told; also when the store cannot tell, which is no reason to stop.
    static func report(
        _ store: any InboxStore, numbers: [String: DestinationID], configured: Set<String>,
        running: (DestinationID) async -> Int = { _ in 0 }, logger: Logger
    ) async {
        let gone = numbers.filter { !configured.contains($0.key) }
        // Before the store is asked: an attempt that ends in between is open in neither.
        var runs: [DestinationID: Int] = [:]
        for number in gone.values { runs[number] = await running(number) }
        let open: [DestinationID: Int]
        do throws(StoreError) {
            open = try await store.openDeliveries()
        } catch {
            logger.warning(
                "could not look for deliveries whose destination is not configured any more",
                metadata: ["reason": "\(error.sentence)"])
            return
        }
        for (name, number) in gone.sorted(by: { $0.key < $1.key }) {
            let count = (open[number] ?? 0) - (runs[number] ?? 0)
            guard count > 0 else { continue }
            logger.warning(
                "deliveries wait for a destination that is not configured any more; they run once it is again",
                metadata: ["destination": "\(name)", "count": "\(count)"])
        }
    }
}
