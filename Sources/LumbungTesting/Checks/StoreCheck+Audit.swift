import LumbungCore
import Testing

extension StoreCheck {
    static let auditLog: [StoreCheck] = [
        StoreCheck("the audit log keeps who changed what and how it ended, newest first") { bench async throws in
            let operations = try bench.operations
            let first = try await operations.begin(audit: .sample("replay", at: bench.now))
            let second = try await operations.begin(audit: .sample("pause", at: bench.now))
            try await operations.end(audit: first, outcome: "done")
            #expect(second > first)
            let entries = try await operations.audit(before: nil, limit: 10)
            #expect(
                entries == [
                    AuditEntry(id: second, change: .sample("pause", at: bench.now), outcome: ""),
                    AuditEntry(id: first, change: .sample("replay", at: bench.now), outcome: "done"),
                ])
            #expect(try await operations.audit(before: second, limit: 10).map(\.id) == [first])
            #expect(try await operations.audit(before: nil, limit: 1).map(\.id) == [second])
        },
        StoreCheck("the audit log is bounded, and no number is given twice") { bench async throws in
            let operations = try bench.operations
            for index in 0..<(AuditEntry.keptEntries + 5) {
                let id = try await operations.begin(audit: .sample("replay", at: bench.now))
                #expect(id.value == Int64(index + 1))
            }
            let kept = try await operations.audit(before: nil, limit: AuditEntry.keptEntries * 2).map(\.id.value)
            #expect(kept.count == AuditEntry.keptEntries)
            #expect(kept.last == 6)
        },
    ]
}

extension AuditedChange {
    fileprivate static func sample(_ action: String, at time: Timestamp) -> AuditedChange {
        AuditedChange(
            at: time, actor: "admin", address: "203.0.113.9", action: action, detail: #"{"queue_id":1}"#)
    }
}
