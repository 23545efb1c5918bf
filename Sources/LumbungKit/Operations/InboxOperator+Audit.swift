public import LumbungCore

extension InboxOperator {
    /// Writes down that somebody is about to change something.
    /// - Parameters:
    ///   - action: What, in one word.
    ///   - actor: Who: the name of a token.
    ///   - address: Where the wish came from.
    ///   - detail: What was asked for, as a JSON object text.
    /// - Throws: ``OperationError/store(_:)``; then nothing may be changed.
    public func begin(
        _ action: String, by actor: String, from address: String, detail: String
    ) async throws(OperationError) -> AuditID {
        let change = AuditedChange(at: now(), actor: actor, address: address, action: action, detail: detail)
        return try await ask { store throws(StoreError) in try await store.begin(audit: change) }
    }

    /// Writes down how it ended.
    /// - Throws: ``OperationError/store(_:)``.
    public func end(_ id: AuditID, outcome: String) async throws(OperationError) {
        try await ask { store throws(StoreError) in try await store.end(audit: id, outcome: outcome) }
    }

    /// Lists what operators changed, newest first.
    /// - Throws: ``OperationError/store(_:)``.
    public func audit(
        before: AuditID?, limit: Int
    ) async throws(OperationError) -> (entries: [AuditEntry], next: AuditID?) {
        let bounded = min(max(limit, 1), AuditEntry.longestPage)
        let found = try await ask { store throws(StoreError) in
            try await store.audit(before: before, limit: bounded + 1)
        }
        let entries = Array(found.prefix(bounded))
        return (entries, found.count > bounded ? entries.last?.id : nil)
    }

    /// Lists the kept rejections, newest first.
    /// - Throws: ``OperationError/store(_:)``.
    public func rejections(limit: Int) async throws(OperationError) -> [Rejection] {
        try await ask { store throws(StoreError) in try await store.rejections(limit: limit) }
    }
}
