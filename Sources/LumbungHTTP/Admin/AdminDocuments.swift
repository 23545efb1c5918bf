import LumbungCore
import LumbungKit

/// What the admin API answers with (docs/api.md).
extension JSONValue {
    init(_ page: EventPage) {
        self = .object([
            ("events", .array(page.events.map(JSONValue.init))),
            ("next_cursor", .optional(page.next.map { String($0.value) })),
        ])
    }

    init(_ event: EventSummary) {
        self = .object([
            ("queue_id", .number(event.id.value)),
            ("uuid", .string(event.identity)),
            ("source", .string(event.source)),
            ("type", .string(event.type)),
            ("tenant", .string(event.tenant)),
            ("status", .string(event.status.rawValue)),
            ("attempts", .number(Int64(event.attempts))),
            ("created_at", .time(event.createdAt)),
            ("updated_at", .time(event.updatedAt)),
            ("occurred_at", event.occurredAt.map(JSONValue.time) ?? .null),
            ("proven_as", .optional(event.provenAs.isEmpty ? nil : event.provenAs)),
            ("unrouted", .bool(event.isUnrouted)),
        ])
    }

    init(_ detail: EventDetail) {
        let stored = detail.stored
        var members: [(key: String, value: JSONValue)] = []
        if case .object(let summary) = JSONValue(EventSummary(stored)) { members = summary }
        members.append(("duplicates", .number(Int64(stored.duplicates))))
        members.append(("headers", Self.headers(stored.event.headers)))
        members += .content("payload", stored.event.payload)
        let deliveries = stored.deliveries
            .map { (name: detail.name(of: $0.destination), delivery: $0) }
            .sorted { $0.name < $1.name }
        members.append(("deliveries", .array(deliveries.map { JSONValue($0.delivery, to: $0.name) })))
        members.append(("conflicts", .array(stored.conflicts.map(JSONValue.init))))
        self = .object(members)
    }

    init(_ delivery: StoredDelivery, to destination: String) {
        self = .object([
            ("destination", .string(destination)),
            ("status", .string(delivery.status.rawValue)),
            ("attempts", .number(Int64(delivery.attempts))),
            ("interruptions", .number(Int64(delivery.interruptions))),
            ("due_at", delivery.dueAt.map(JSONValue.time) ?? .null),
            ("held", .bool(delivery.isHeld)),
            ("waits_for", .optional(delivery.waitsFor?.value)),
            ("order_key", .optional(delivery.orderKey)),
            ("replay_id", .optional(delivery.replay?.value)),
            ("last_error", .string(delivery.lastError)),
            ("history", .array(delivery.history.map(JSONValue.init))),
        ])
    }

    init(_ attempt: StoredAttempt) {
        self = .object(
            [
                ("number", .number(Int64(attempt.number))),
                ("outcome", .string(attempt.outcome.rawValue)),
                ("status_code", .optional(attempt.statusCode.map(Int64.init))),
                ("started_at", .time(attempt.startedAt)),
                ("duration_ms", .number(attempt.durationMilliseconds)),
                ("detail", .string(attempt.detail)),
            ] + .content("response", attempt.response))
    }

    init(_ conflict: StoredConflict) {
        self = .object(
            [
                ("received_at", .time(conflict.receivedAt)),
                ("count", .number(Int64(conflict.count))),
            ] + .content("payload", conflict.payload))
    }

    /// What was done to an event; `verb` names the changed ones.
    init(_ result: OperationResult, event: EventID, verb: String) {
        self = .object([
            ("queue_id", .number(event.value)),
            (verb, .array(result.changed.map(JSONValue.string))),
            (
                "left",
                .array(
                    result.left.map {
                        .object([("destination", .string($0.destination)), ("status", .string($0.status.rawValue))])
                    })
            ),
        ])
    }

    init(_ destination: DestinationDetail) {
        let standing = destination.standing
        self = .object([
            ("name", .string(destination.name)),
            ("configured", .bool(destination.isConfigured)),
            ("paused", .bool(destination.isPaused)),
            ("paused_by", .optional(destination.pausedBy?.rawValue)),
            ("paused_by_operator", .bool(destination.isPausedByOperator)),
            ("open", .number(Int64(destination.open))),
            ("held", .number(Int64(destination.held))),
            ("in_flight", .number(Int64(destination.inFlight))),
            ("breaker", .optional(standing?.breaker.rawValue)),
            ("asked_for_pause", .bool(standing?.hasAskedForPause ?? false)),
            ("opens_in_ms", .optional(standing?.opensIn?.wholeMilliseconds)),
        ])
    }

    init(_ test: DestinationTest) {
        self = .object(
            [
                ("destination", .string(test.destination)),
                ("uuid", .string(test.identity)),
                ("outcome", .string(test.outcome.kind.rawValue)),
                ("status_code", .optional(test.outcome.statusCode.map(Int64.init))),
                ("duration_ms", .number(test.duration.wholeMilliseconds)),
                ("detail", .string(test.outcome.detail)),
            ] + .content("response", test.outcome.response))
    }

    /// The kept headers are a JSON object already; what is none any more is shown as text.
    static func headers(_ text: String) -> JSONValue {
        let bytes = Array(text.utf8)
        guard let scanned = try? JSONScanner.scan(bytes, plan: ScanPlan(pointers: [])), scanned.shape == .object else {
            return .string(text)
        }
        return .verbatim(bytes)
    }
}
