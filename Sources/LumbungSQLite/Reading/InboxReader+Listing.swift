import GRDB
import LumbungCore

extension InboxReader {
    /// Lists events, newest first.
    func events(_ query: EventQuery) async throws(StoreError) -> EventPage {
        try await read { database in
            // One more than wanted tells whether there is another page.
            let rows = try Self.rows(of: query, limit: query.limit + 1, database)
            let events = rows.prefix(query.limit).map(Self.summary)
            return EventPage(events: events, next: rows.count > query.limit ? events.last?.id : nil)
        }
    }

    /// How many of the newest events are looked at before a list of all that wait is made: a few milliseconds' worth.
    private static let nearbyEvents: Int64 = 5000

    /// The rows of a page.
    ///
    /// When many events wait, those of the page are mostly among the newest; to make a list of all that wait takes 0.1 to
    /// 0.4 s for each million.
    private static func rows(of query: EventQuery, limit: Int, _ database: Database) throws -> [Row] {
        guard FilterClause.isListed(query.filter) else {
            return try rows(FilterClause(query.filter, before: query.before), limit: limit, database)
        }
        let newest = try Int64.fetchOne(database, sql: "SELECT max(id) FROM webhook_queue") ?? 0
        let end = min(query.before?.value ?? .max, newest + 1)
        let near = EventSpan(after: EventID(max(0, end - nearbyEvents)), through: EventID(newest))
        var found = try rows(
            FilterClause(query.filter, before: query.before, span: near, isWalked: true), limit: limit, database)
        guard found.count < limit, near.after.value > 0 else { return found }
        let beyond = FilterClause(query.filter, before: EventID(near.after.value + 1))
        found += try rows(beyond, limit: limit - found.count, database)
        return found
    }

    private static func rows(_ filter: FilterClause, limit: Int, _ database: Database) throws -> [Row] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT q.id, q.source, q.uuid, q.type, q.status, q.attempts, q.created_at, q.updated_at, q.unrouted,
                    q.tenant, q.occurred_at, q.proven_as
                \(filter.sql) DESC LIMIT \(limit)
                """,
            arguments: filter.arguments)
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
        let history = StoredEvent.History(isUnrouted: row["unrouted"], duplicates: 0, deliveries: [], conflicts: [])
        return EventSummary(stored(row, EventID(row["id"]), content, history))
    }

    /// An event from the columns that a list and a single look share.
    static func stored(
        _ row: Row, _ id: EventID, _ content: EventContent, _ history: StoredEvent.History
    ) -> StoredEvent {
        var event = LeasedEvent(
            id: id, source: row["source"], identity: row["uuid"], type: row["type"], content: content)
        event.tenant = row["tenant"]
        event.provenAs = row["proven_as"]
        var stored = StoredEvent(
            event: event,
            status: EventStatus(rawValue: row["status"]) ?? .pending,
            attempts: row["attempts"],
            createdAt: Timestamp(iso8601: row["created_at"]) ?? Timestamp(milliseconds: 0),
            updatedAt: Timestamp(iso8601: row["updated_at"]) ?? Timestamp(milliseconds: 0),
            history: history)
        stored.occurredAt = (row["occurred_at"] as Int64?).map(Timestamp.init(milliseconds:))
        return stored
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

    /// Whether the clause finds its events through a list of all that wait.
    static func isListed(_ filter: EventFilter) -> Bool {
        filter.destination == nil && (filter.status == .pending || filter.status == .retrying)
    }

    /// - Parameters:
    ///   - filter: Which events.
    ///   - before: Only those with a smaller number.
    ///   - span: Only those of this piece.
    ///   - isWalked: Whether the piece is so small that each event in it may be looked at.
    init(_ filter: EventFilter, before: EventID? = nil, span: EventSpan? = nil, isWalked: Bool = false) {
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
        if let destination = filter.destination {
            addDelivery(to: destination, in: filter.status)
        } else if let status = filter.status, status != .dead {
            add(status, isWalked: isWalked)
        }
        // Last, since it is what costs.
        add("instr(q.payload, ?) > 0", filter.text.map { String(decoding: $0, as: UTF8.self) })
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
    private mutating func add(_ status: EventStatus, isWalked: Bool) {
        conditions.append("q.status = '\(status.rawValue)'")
        guard !status.isFinished, !isWalked else { return }
        let leased = "destination_id IN (SELECT id FROM destination) AND lane = \(Lane.leased.rawValue) AND "
        conditions.append(
            """
            q.id IN (SELECT event_id FROM delivery INDEXED BY delivery_due
                WHERE \(status == .processing ? leased : "")due_at IS NOT NULL)
            """)
    }
}
