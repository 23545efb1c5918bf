import GRDB
import LumbungCore

extension InboxReader {
    private static let listed = "id, source, received_at, expires_at, address, target, headers, step, reason"

    /// Lists kept requests, newest first.
    func quarantined(_ query: QuarantineQuery) async throws(StoreError) -> QuarantinePage {
        try await read { database in
            // One more than wanted tells whether there is another page.
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT \(Self.listed), length(body) AS body_bytes FROM lumbung_quarantine
                    WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3
                    """,
                arguments: [query.source, query.before?.value, query.limit + 1])
            let items = rows.prefix(query.limit).map { row in
                QuarantinePage.Item(
                    id: QuarantineID(row["id"]), request: Self.quarantined(row, body: []), bodyBytes: row["body_bytes"])
            }
            return QuarantinePage(items: items, next: rows.count > query.limit ? items.last?.id : nil)
        }
    }

    /// Reads one kept request.
    func quarantined(_ id: QuarantineID) async throws(StoreError) -> QuarantinedRequest? {
        try await read { database in
            let sql = "SELECT \(Self.listed), body FROM lumbung_quarantine WHERE id = ?"
            return try Row.fetchOne(database, sql: sql, arguments: [id.value])
                .map { Self.quarantined($0, body: Self.bytes($0, "body")) }
        }
    }

    private static func quarantined(_ row: Row, body: [UInt8]) -> QuarantinedRequest {
        QuarantinedRequest(
            source: row["source"], receivedAt: Timestamp(milliseconds: row["received_at"]),
            expiresAt: Timestamp(milliseconds: row["expires_at"]), address: row["address"], target: row["target"],
            headers: row["headers"], body: body, step: row["step"], reason: row["reason"])
    }
}
