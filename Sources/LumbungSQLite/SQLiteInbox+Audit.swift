import GRDB
public import LumbungCore

extension SQLiteInbox {
    /// Writes down that a change is about to be made.
    public func begin(audit change: AuditedChange) async throws(StoreError) -> AuditID {
        try await perform { session throws(StoreError) in try session.begin(change) }
    }

    /// Writes down how it ended.
    public func end(audit id: AuditID, outcome: String) async throws(StoreError) {
        try await perform { session throws(StoreError) in try session.end(id, outcome: outcome) }
    }

    /// Lists entries beside the writer, within two seconds.
    public func audit(before: AuditID?, limit: Int) async throws(StoreError) -> [AuditEntry] {
        try await reader.read { database in
            let sql = "SELECT * FROM lumbung_audit WHERE (?1 IS NULL OR id < ?1) ORDER BY id DESC LIMIT ?2"
            return try Row.fetchAll(database, sql: sql, arguments: [before?.value, limit]).map { row in
                AuditEntry(
                    id: AuditID(row["id"]),
                    change: AuditedChange(
                        at: Timestamp(milliseconds: row["at"]), actor: row["actor"], address: row["address"],
                        action: row["action"], detail: row["detail"]),
                    outcome: row["outcome"])
            }
        }
    }
}
