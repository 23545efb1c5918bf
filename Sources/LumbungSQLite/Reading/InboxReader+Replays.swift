import GRDB
import LumbungCore

extension InboxReader {
    /// Finds the next events in a span of which a replay would start something.
    func find(_ order: ReplayOrder, in span: EventSpan, limit: Int) async throws(StoreError) -> FoundEvents {
        let clause = FilterClause(order, span: span)
        return try await read { database in
            let events = try Int64.fetchAll(
                database, sql: "SELECT q.id \(clause.sql) LIMIT \(limit)",
                arguments: clause.arguments)
            return FoundEvents(events.map(EventID.init), in: span, limit: limit)
        }
    }

    /// Tells of the replays that a clause chooses, newest first.
    func replays(
        _ clause: String, _ arguments: [Int64] = []
    ) async throws(StoreError) -> [ReplayRecord] {
        try await read { database in
            let sql = "SELECT * FROM replay \(clause) ORDER BY id DESC"
            return try Row.fetchAll(database, sql: sql, arguments: StatementArguments(arguments)).map { row in
                var record = Self.replay(row)
                record.waitingFor = try Self.waiting(for: record.id, database)
                return record
            }
        }
    }

    /// Counts the open deliveries of a replay by destination, over the index that holds those and no others.
    private static func waiting(for id: ReplayID, _ database: Database) throws -> [DestinationID: Int] {
        let sql = """
            SELECT destination_id, count(*) FROM (
                SELECT destination_id FROM delivery INDEXED BY delivery_replay
                WHERE replay_id = ? AND due_at IS NOT NULL LIMIT \(ReplayRecord.mostCounted)
            ) GROUP BY destination_id
            """
        let rows = try Row.fetchAll(database.cachedStatement(sql: sql), arguments: [id.value])
        return Dictionary(rows.map { (DestinationID($0[0]), $0[1]) }) { first, _ in first }
    }

    private static func replay(_ row: Row) -> ReplayRecord {
        var order = ReplayOrder(filter: filter(row))
        order.destination = (row["destination_id"] as Int64?).map(DestinationID.init)
        if let count = row["rate_count"] as Int?, let period = row["rate_period_ms"] as Int64? {
            order.rate = DeliveryRate(count: count, period: .milliseconds(period))
        }
        var record = ReplayRecord(
            id: ReplayID(row["id"]), order: order, createdAt: Timestamp(milliseconds: row["created_at"]),
            through: EventID(row["through"]))
        record.status = ReplayRecord.Status(rawValue: row["status"]) ?? .cancelled
        record.endedAt = (row["ended_at"] as Int64?).map(Timestamp.init(milliseconds:))
        record.position = EventID(row["position"])
        (record.events, record.started, record.left) = (row["events"], row["started"], row["left_as_is"])
        record.unconfigured = row["left_unconfigured"]
        return record
    }

    private static func filter(_ row: Row) -> EventFilter {
        var filter = EventFilter()
        filter.status = (row["filter_status"] as String?).flatMap(EventStatus.init)
        filter.source = row["filter_source"]
        filter.type = row["filter_type"]
        filter.tenant = row["filter_tenant"]
        filter.identity = row["filter_uuid"]
        filter.destination = (row["filter_destination_id"] as Int64?).map(DestinationID.init)
        filter.from = (row["filter_from"] as Int64?).map(Timestamp.init(milliseconds:))
        filter.to = (row["filter_to"] as Int64?).map(Timestamp.init(milliseconds:))
        filter.text = (row["filter_text"] as String?).map { Array($0.utf8) }
        return filter
    }
}
