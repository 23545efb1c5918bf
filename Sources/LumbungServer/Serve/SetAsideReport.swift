import Logging
import LumbungCore

/// Deliveries that a start set aside as poison.
enum SetAsideReport {
    /// Tells of each like of any other death, of the first by name and of the others by their count.
    static func tell(_ report: RecoveryReport, numbers: [String: DestinationID], logger: Logger) {
        let names = Dictionary(numbers.map { ($0.value, $0.key) }) { first, _ in first }
        for delivery in report.setAside {
            logger.error(
                "delivery is dead; the event is kept, and `lumbung events replay ID` starts it again",
                metadata: [
                    "queue_id": "\(delivery.event.value)",
                    "destination": "\(names[delivery.destination] ?? "unknown")",
                    "outcome": "interrupted",
                    "detail": "set aside as poison: \(poisonLimit) attempts ended together with the process",
                ])
        }
        let others = report.poisoned - report.setAside.count
        guard others > 0 else { return }
        logger.error(
            "more deliveries are dead as poison; `lumbung events list --status dead` shows them",
            metadata: ["count": "\(others)"])
    }
}
