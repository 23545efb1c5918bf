import GRDB
import LumbungCore

extension InboxReader {
    /// Lists events, newest first.
    func events(_ query: EventQuery) async throws(StoreError) -> EventPage {
        let filter = FilterClause(query.filter, before: query.before)
        return try await read { database in
            // One more than wanted tells whether there is another page.
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT id, source, uuid, type, status, attempts, created_at, updated_at, unrouted FROM webhook_queue
                    \(filter.sql) ORDER BY id DESC LIMIT \(query.limit + 1)
                    """,
                arguments: filter.arguments)
            let events = rows.prefix(query.limit).map(Self.summary)
            return EventPage(events: events, next: rows.count > query.limit ? events.last?.id : nil)
        }
    }

    /// Tells what is known of every destination.
    func destinations() async throws(StoreError) -> [DestinationRecord] {
        try await read { database in
            let sql = """
                SELECT id, name, paused, (
                    SELECT count(*) FROM (
                        SELECT 1 FROM delivery INDEXED BY delivery_due
                        WHERE destination_id = destination.id AND lane IN (0, 1, 2, 3, 9) AND due_at IS NOT NULL
                        LIMIT \(DestinationRecord.mostCounted)
                    )
                ) AS open, (
                    SELECT count(*) FROM (
                        SELECT 1 FROM delivery INDEXED BY delivery_due
                        WHERE destination_id = destination.id AND lane = 3 AND due_at IS NOT NULL
                        LIMIT \(DestinationRecord.mostCounted)
                    )
                ) AS held FROM destination ORDER BY id
                """
            return try Row.fetchAll(database, sql: sql).map { row in
                var record = DestinationRecord(
                    id: DestinationID(row["id"]), name: row["name"], isPaused: row["paused"], open: row["open"])
                record.held = row["held"]
                return record
            }
        }
    }

    private static func summary(_ row: Row) -> EventSummary {
        let content = EventContent(payload: [], digest: [], headers: "{}")
        return EventSummary(
            StoredEvent(
                event: LeasedEvent(
                    id: EventID(row["id"]), source: row["source"], identity: row["uuid"], type: row["type"],
                    content: content),
                status: EventStatus(rawValue: row["status"]) ?? .pending,
                attempts: row["attempts"],
                createdAt: Timestamp(iso8601: row["created_at"]) ?? Timestamp(milliseconds: 0),
                updatedAt: Timestamp(iso8601: row["updated_at"]) ?? Timestamp(milliseconds: 0),
                history: StoredEvent.History(
                    isUnrouted: row["unrouted"], duplicates: 0, deliveries: [], conflicts: [])))
    }
}

/// The WHERE clause of a list, with every value from outside as an argument.
struct FilterClause {
    private(set) var arguments: StatementArguments = []
    private var conditions: [String] = []

    var sql: String { conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ") }

    init(_ filter: EventFilter, before: EventID? = nil, span: EventSpan? = nil) {
        add("id < ?", before?.value)
        add("id > ?", span?.after.value)
        add("id <= ?", span?.through.value)
        add("source = ?", filter.source)
        add("type = ?", filter.type)
        add("uuid = ?", filter.identity)
        add("created_at >= ?", filter.from?.iso8601)
        add("created_at < ?", filter.to?.iso8601)
        add(
            "EXISTS (SELECT 1 FROM delivery WHERE event_id = webhook_queue.id AND destination_id = ?)",
            filter.destination?.value)
        add("instr(payload, ?) > 0", filter.text.map { String(decoding: $0, as: UTF8.self) })
        if let status = filter.status { add(status) }
    }

    /// The same, but that a status together with a destination is meant of that delivery.
    init(ofDeliveries filter: EventFilter, in span: EventSpan) {
        guard let status = filter.status, let destination = filter.destination else {
            self.init(filter, span: span)
            return
        }
        var others = filter
        (others.status, others.destination) = (nil, nil)
        self.init(others, span: span)
        add(
            """
            EXISTS (SELECT 1 FROM delivery WHERE event_id = webhook_queue.id AND destination_id = ?
                AND status = '\(status.rawValue)')
            """, destination.value)
    }

    private mutating func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
        guard let value else { return }
        conditions.append(condition)
        arguments += [value]
    }

    /// The status stands in the text, so that the index over the dead ones serves; the open ones are found through theirs.
    private mutating func add(_ status: EventStatus) {
        conditions.append("status = '\(status.rawValue)'")
        guard !status.isFinished else { return }
        conditions.append("id IN (SELECT event_id FROM delivery INDEXED BY delivery_due WHERE due_at IS NOT NULL)")
    }
}
