import GRDB
import LumbungCore

extension InboxReader {
    /// Finds the next events that a filter means in a span.
    func find(_ filter: EventFilter, in span: EventSpan, limit: Int) async throws(StoreError) -> FoundEvents {
        let clause = FilterClause(filter, span: span)
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
            let sql = """
                SELECT *, (
                    SELECT count(*) FROM (
                        SELECT 1 FROM delivery INDEXED BY delivery_replay
                        WHERE replay_id = replay.id AND due_at IS NOT NULL LIMIT \(ReplayRecord.mostCounted)
                    )
                ) AS waiting FROM replay \(clause) ORDER BY id DESC
                """
            return try Row.fetchAll(database, sql: sql, arguments: StatementArguments(arguments)).map(Self.replay)
        }
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
        record.waiting = row["waiting"]
        return record
    }

    private static func filter(_ row: Row) -> EventFilter {
        var filter = EventFilter()
        filter.status = (row["filter_status"] as String?).flatMap(EventStatus.init)
        filter.source = row["filter_source"]
        filter.type = row["filter_type"]
        filter.identity = row["filter_uuid"]
        filter.destination = (row["filter_destination_id"] as Int64?).map(DestinationID.init)
        filter.from = (row["filter_from"] as Int64?).map(Timestamp.init(milliseconds:))
        filter.to = (row["filter_to"] as Int64?).map(Timestamp.init(milliseconds:))
        filter.text = (row["filter_text"] as String?).map { Array($0.utf8) }
        return filter
    }
}
