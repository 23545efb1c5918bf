import GRDB
import LumbungCore

extension InboxReader {
    /// One event, its payload as bytes.
    ///
    /// The column is text for people with `sqlite3`; read as text here it would end at its first NUL, and what is no UTF-8
    /// would be replaced.
    private static let eventSQL = """
        SELECT source, uuid, type, status, attempts, created_at, updated_at, unrouted, duplicates, digest, headers,
            CAST(payload AS BLOB) AS payload, tenant, occurred_at, proven_as
        FROM webhook_queue WHERE id = ?
        """

    /// Reads one event with everything that happened to it.
    func event(_ id: EventID) async throws(StoreError) -> StoredEvent? {
        try await read { database in
            guard
                let row = try Row.fetchOne(database, sql: Self.eventSQL, arguments: [id.value])
            else { return nil }
            let content = EventContent(
                payload: Self.bytes(row, "payload"), digest: Self.bytes(row, "digest"), headers: row["headers"])
            let history = StoredEvent.History(
                isUnrouted: row["unrouted"],
                duplicates: row["duplicates"],
                deliveries: try Self.deliveries(of: id, database),
                conflicts: try Self.conflicts(of: id, database)
            )
            return Self.stored(row, id, content, history)
        }
    }

    /// Counts events by status.
    func statusCounts() async throws(StoreError) -> [EventStatus: Int] {
        try await read { database in
            var counts: [EventStatus: Int] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT status, count(*) FROM webhook_queue GROUP BY status") {
                if let status = EventStatus(rawValue: row[0]) { counts[status] = row[1] }
            }
            return counts
        }
    }

    /// Counts the open deliveries by destination, over the index that holds those and no others.
    func openDeliveries() async throws(StoreError) -> [DestinationID: Int] {
        try await read { database in
            let sql = """
                SELECT destination_id, count(*) FROM delivery INDEXED BY delivery_due WHERE due_at IS NOT NULL
                GROUP BY destination_id
                """
            let counts = try Row.fetchAll(database, sql: sql).map { (DestinationID($0[0]), $0[1] as Int) }
            return Dictionary(counts) { first, _ in first }
        }
    }

    /// Lists the kept rejections, newest first.
    func rejections(limit: Int) async throws(StoreError) -> [Rejection] {
        try await read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM rejection ORDER BY id DESC LIMIT ?", arguments: [limit]).map
            {
                Rejection(
                    source: $0["source"], rejectedAt: Timestamp(milliseconds: $0["rejected_at"]), status: $0["status"],
                    reason: $0["reason"], headers: $0["headers"], body: Self.bytes($0, "body"))
            }
        }
    }

    private static func deliveries(of id: EventID, _ database: Database) throws -> [StoredDelivery] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT * FROM delivery WHERE event_id = ? ORDER BY destination_id", arguments: [id.value])
        return try rows.map { row in
            var delivery = StoredDelivery(
                destination: DestinationID(row["destination_id"]),
                status: EventStatus(rawValue: row["status"]) ?? .pending,
                attempts: row["attempts"],
                interruptions: row["interruptions"]
            )
            delivery.isHeld = row["lane"] == Lane.held.rawValue
            // While an attempt runs the column holds the end of its lease, and nothing while another is in front.
            if delivery.status != .processing, !delivery.isHeld {
                delivery.dueAt = (row["due_at"] as Int64?).map(Timestamp.init(milliseconds:))
            }
            delivery.lastError = row["last_error"]
            delivery.orderKey = row["order_key"]
            if delivery.isHeld { delivery.waitsFor = try inFront(of: delivery, database) }
            delivery.replay = (row["replay_id"] as Int64?).map(ReplayID.init)
            delivery.history = try attempts(of: id, delivery.destination, database)
            return delivery
        }
    }

    /// The event whose delivery keeps a held one waiting.
    private static func inFront(of held: StoredDelivery, _ database: Database) throws -> EventID? {
        let sql = """
            SELECT min(event_id) FROM delivery INDEXED BY delivery_order
            WHERE destination_id = ? AND order_key = ? AND lane IN (0, 1, 2, 9)
                AND order_key IS NOT NULL AND (due_at IS NOT NULL OR (status = 'dead' AND order_blocks = 1))
            """
        return try Int64.fetchOne(database, sql: sql, arguments: [held.destination.value, held.orderKey])
            .map(EventID.init)
    }

    private static func attempts(
        of id: EventID, _ destination: DestinationID, _ database: Database
    ) throws -> [StoredAttempt] {
        let sql = "SELECT * FROM attempt WHERE event_id = ? AND destination_id = ? ORDER BY lease_token"
        return try Row.fetchAll(database, sql: sql, arguments: [id.value, destination.value]).map { row in
            var attempt = StoredAttempt(
                number: row["number"],
                outcome: AttemptOutcome.Kind(rawValue: row["outcome"]) ?? .failed,
                startedAt: Timestamp(milliseconds: row["started_at"])
            )
            attempt.statusCode = row["status_code"]
            attempt.durationMilliseconds = row["duration_ms"]
            attempt.detail = row["detail"]
            attempt.response = bytes(row, "response")
            return attempt
        }
    }

    private static func conflicts(of id: EventID, _ database: Database) throws -> [StoredConflict] {
        let sql = """
            SELECT CAST(payload AS BLOB) AS payload, received_at, count FROM conflict WHERE event_id = ? ORDER BY id
            """
        return try Row.fetchAll(database, sql: sql, arguments: [id.value]).map { row in
            StoredConflict(
                payload: bytes(row, "payload"), receivedAt: Timestamp(milliseconds: row["received_at"]),
                count: row["count"])
        }
    }

    static func bytes(_ row: Row, _ column: String) -> [UInt8] {
        switch (row[column] as DatabaseValue).storage {
        case .string(let text): Array(text.utf8)
        case .blob(let data): Array(data)
        case .null, .int64, .double: []
        }
    }
}
