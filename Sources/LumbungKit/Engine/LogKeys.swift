/// The closed set of metadata keys that the engine logs with.
enum LogKeys {
    static let attempt = "attempt"
    static let count = "count"
    static let destination = "destination"
    static let detail = "detail"
    static let jump = "jump"
    static let nextAttemptAt = "next_attempt_at"
    static let outcome = "outcome"
    static let queueID = "queue_id"
    static let reason = "reason"
    static let replay = "replay"
    static let uuid = "uuid"
}
