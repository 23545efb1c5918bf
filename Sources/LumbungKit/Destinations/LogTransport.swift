public import Logging
public import LumbungCore

/// The destination `log`: writes each event to the log at level info, the shortest path to a first success.
public struct LogTransport: Transport {
    private let logger: Logger

    /// Makes the destination.
    public init(logger: Logger) {
        self.logger = logger
    }

    /// It only hands a line to the logger.
    public var isImmediate: Bool { true }

    /// Writes the event to the log, unless the log wants no info.
    public func deliver(_ attempt: Attempt) async -> AttemptOutcome {
        guard logger.logLevel <= .info else { return .delivered }
        let event = attempt.lease.event
        var metadata: Logger.Metadata = [
            LogKeys.queueID: "\(event.id.value)",
            "source": "\(event.source)",
            "type": "\(event.type)",
            LogKeys.uuid: "\(event.identity)",
            LogKeys.attempt: "\(attempt.lease.attempt)",
            "payload": "\(String(decoding: event.payload, as: UTF8.self))",
        ]
        if !event.tenant.isEmpty { metadata["tenant"] = "\(event.tenant)" }
        logger.info("event", metadata: metadata)
        return .delivered
    }
}
