public import Logging
public import LumbungCore

/// Deliveries that were set aside as poison.
public enum SetAsideReport {
    /// Tells of what a start set aside, like of any other death: of the first by name, of the others by their count.
    public static func tell(_ report: RecoveryReport, numbers: [String: DestinationID], logger: Logger) {
        let names = Dictionary(numbers.map { ($0.value, $0.key) }) { first, _ in first }
        tell(report.setAside, of: report.poisoned, names: names, logger: logger)
    }

    /// Tells of leases that ended while the process runs: of those set aside likewise, of those that run again by their
    /// count.
    static func tell(_ report: ReclaimReport, names: [DestinationID: String], logger: Logger) {
        tell(report.setAside, of: report.poisoned, names: names, logger: logger)
        guard report.interrupted > 0 else { return }
        logger.warning(
            "leases that had ended were taken back; their deliveries run again",
            metadata: [LogKeys.count: "\(report.interrupted)"])
    }

    private static func tell(
        _ named: [RecoveryReport.SetAside], of count: Int, names: [DestinationID: String], logger: Logger
    ) {
        for delivery in named {
            logger.error(
                "delivery is dead; the event is kept, and `lumbung events replay ID` starts it again",
                metadata: [
                    LogKeys.queueID: "\(delivery.event.value)",
                    LogKeys.destination: "\(names[delivery.destination] ?? "unknown")",
                    LogKeys.outcome: "\(AttemptOutcome.Kind.interrupted.rawValue)",
                    LogKeys.detail: "set aside as poison: \(poisonLimit) attempts ended together with the process",
                ])
        }
        let others = count - named.count
        guard others > 0 else { return }
        logger.error(
            "more deliveries are dead as poison; `lumbung events list --status dead` shows them",
            metadata: [LogKeys.count: "\(others)"])
    }
}
