public import LumbungCore

extension MemoryInbox {
    /// Writes down that a change is about to be made.
    public func begin(audit change: AuditedChange) async throws(StoreError) -> AuditID {
        try self.change(.operate) { model throws(StoreError) in model.begin(change) }.get()
    }

    /// Writes down how it ended.
    public func end(audit id: AuditID, outcome: String) async throws(StoreError) {
        try change(.operate) { model throws(StoreError) in model.end(id, outcome: outcome) }.get()
    }

    /// Lists entries, newest first.
    public func audit(before: AuditID?, limit: Int) async throws(StoreError) -> [AuditEntry] {
        try change(.read) { model throws(StoreError) in
            Array(model.auditEntries.reversed().filter { entry in before.map { entry.id < $0 } ?? true }.prefix(limit))
        }.get()
    }
}

extension InboxModel {
    fileprivate mutating func begin(_ change: AuditedChange) -> AuditID {
        auditCount += 1
        auditEntries.append(AuditEntry(id: AuditID(auditCount), change: change, outcome: ""))
        if auditEntries.count > AuditEntry.keptEntries { auditEntries.removeFirst() }
        return AuditID(auditCount)
    }

    fileprivate mutating func end(_ id: AuditID, outcome: String) {
        guard let index = auditEntries.firstIndex(where: { $0.id == id }) else { return }
        auditEntries[index].outcome = outcome
    }
}
