import LumbungCore

extension WriterSession {
    /// Writes down that a change is about to be made.
    func begin(_ change: AuditedChange) throws(StoreError) -> AuditID {
        let insert = try unsafe Statement(connection, Statements.beginAudit)
        insert.bind(1, change.at.milliseconds)
        insert.bind(2, change.actor)
        insert.bind(3, change.address)
        insert.bind(4, change.action)
        insert.bind(5, change.detail)
        guard try insert.step() else { throw .invalid("an entry of the audit log got no number") }
        let id = AuditID(insert.int(0))
        insert.reset()
        let trim = try unsafe Statement(connection, Statements.trimAudit)
        trim.bind(1, id.value - Int64(AuditEntry.keptEntries))
        try trim.run()
        return id
    }

    /// Writes down how a change ended.
    func end(_ id: AuditID, outcome: String) throws(StoreError) {
        let update = try unsafe Statement(connection, Statements.endAudit)
        update.bind(1, id.value)
        update.bind(2, outcome)
        try update.run()
    }
}
