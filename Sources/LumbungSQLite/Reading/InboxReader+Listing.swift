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
                    SELECT q.id, q.source, q.uuid, q.type, q.status, q.attempts, q.created_at, q.updated_at, q.unrouted,
                        q.tenant, q.occurred_at, q.proven_as
                    \(filter.sql) DESC LIMIT \(query.limit + 1)
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
        var event = LeasedEvent(
            id: EventID(row["id"]), source: row["source"], identity: row["uuid"], type: row["type"], content: content)
        event.tenant = row["tenant"]
        event.provenAs = row["proven_as"]
        var stored = StoredEvent(
            event: event,
            status: EventStatus(rawValue: row["status"]) ?? .pending,
            attempts: row["attempts"],
            createdAt: Timestamp(iso8601: row["created_at"]) ?? Timestamp(milliseconds: 0),
            updatedAt: Timestamp(iso8601: row["updated_at"]) ?? Timestamp(milliseconds: 0),
            history: StoredEvent.History(isUnrouted: row["unrouted"], duplicates: 0, deliveries: [], conflicts: []))
        stored.occurredAt = (row["occurred_at"] as Int64?).map(Timestamp.init(milliseconds:))
        return EventSummary(stored)
    }
}

/// What a list is read from, and in which order, with every value from outside as an argument.
struct FilterClause {
    private(set) var arguments: StatementArguments = []
    private var conditions: [String] = []
    /// Where dead deliveries are looked for, their index leads: there may be few among many events.
    private let isLedByDead: Bool

    /// The clauses FROM, WHERE and ORDER BY, the last for a direction to follow.
    var sql: String {
        let tables =
            isLedByDead
            ? "delivery AS d INDEXED BY delivery_dead CROSS JOIN webhook_queue AS q ON q.id = d.event_id"
            : "webhook_queue AS q"
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return "FROM \(tables) \(filter) \(isLedByDead ? "GROUP BY d.event_id" : "") ORDER BY \(key)"
    }

    private var key: String { isLedByDead ? "d.event_id" : "q.id" }

    init(_ filter: EventFilter, before: EventID? = nil, span: EventSpan? = nil) {
        isLedByDead = filter.status == .dead
        if isLedByDead { conditions.append("d.status = 'dead'") }
        add("\(key) < ?", before?.value)
        add("\(key) > ?", span?.after.value)
        add("\(key) <= ?", span?.through.value)
        add("q.source = ?", filter.source)
        add("q.type = ?", filter.type)
        add("q.tenant = ?", filter.tenant)
        add("q.uuid = ?", filter.identity)
        add("q.created_at >= ?", filter.from?.iso8601)
        add("q.created_at < ?", filter.to?.iso8601)
        add("instr(q.payload, ?) > 0", filter.text.map { String(decoding: $0, as: UTF8.self) })
        if let destination = filter.destination {
            addDelivery(to: destination, in: filter.status)
        } else if let status = filter.status, status != .dead {
            add(status)
        }
    }

    /// The events of which a replay would start something: a delivery that it means, or a new one.
    init(_ order: ReplayOrder, span: EventSpan) {
        self.init(order.filter, span: span)
        let meant = EventStatus.allCases.filter(order.means).map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let only = order.onlyDestination.map { " AND destination_id = \($0.value)" } ?? ""
        let delivery = "SELECT 1 FROM delivery WHERE event_id = q.id\(only) AND status"
        let mayMakeOne = order.destination != nil
        conditions.append(
            mayMakeOne ? "NOT EXISTS (\(delivery) NOT IN (\(meant)))" : "EXISTS (\(delivery) IN (\(meant)))")
    }

    /// A status together with a destination is that delivery's.
    private mutating func addDelivery(to destination: DestinationID, in status: EventStatus?) {
        guard status != .dead else { return add("d.destination_id = ?", destination.value) }
        let isIn = status.map { " AND status = '\($0.rawValue)'" } ?? ""
        add(
            "EXISTS (SELECT 1 FROM delivery WHERE event_id = q.id AND destination_id = ?\(isIn))", destination.value)
    }

    private mutating func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
        guard let value else { return }
        conditions.append(condition)
        arguments += [value]
    }

    /// The open ones are found through their index.
    private mutating func add(_ status: EventStatus) {
        conditions.append("q.status = '\(status.rawValue)'")
        guard !status.isFinished else { return }
        conditions.append("q.id IN (SELECT event_id FROM delivery INDEXED BY delivery_due WHERE due_at IS NOT NULL)")
    }
}
