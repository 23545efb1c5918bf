import GRDB
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

/// A handler's closure holds the writer no longer than its limit (PROMISES 19).
struct EffectTimeTests {
    private static let endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"

    /// Checks that nothing came of an effect, and that the next one has its own time.
    private static func expectNothing(
        _ store: SQLiteInbox, _ record: DeliveryRecord, _ folder: InboxFolder
    ) async throws {
        #expect(try EffectBench.ledger(folder) == [])
        #expect(try await store.event(record.lease.event)?.status == .processing)
        #expect(await store.health() == .ready)
    }

    @Test(arguments: [
        "\(endless) SELECT count(*) FROM n", "\(endless) INSERT INTO ledger SELECT x FROM n WHERE x < 0",
        "\(endless) INSERT INTO ledger SELECT x FROM n",
    ])
    func `a statement that does not end is stopped`(_ sql: String) async throws {
        let limit = Duration.milliseconds(50)
        try await EffectBench.withLeases(1, limit: limit) { store, records, folder async throws in
            await #expect(throws: EffectRefused.tooSlow(limit: limit)) {
                try await store.complete(records[0]) { database in
                    try EffectBench.insert("gone")(database)
                    try database.execute(sql: sql)
                }
            }
            try await Self.expectNothing(store, records[0], folder)
            await #expect(throws: EffectRefused.tooSlow(limit: limit)) {
                try await store.complete(records[0]) { database in
                    try? database.execute(sql: sql)
                    try? EffectBench.insert("gone")(database)
                }
            }
            try await Self.expectNothing(store, records[0], folder)
            try await store.complete(records[0], with: EffectBench.insert("in time"))
            #expect(try EffectBench.ledger(folder) == ["in time"])
        }
    }

    @Test func `what ends too late does not count`() async throws {
        try await EffectBench.withLeases(1, limit: .zero) { store, records, folder async throws in
            await #expect(throws: EffectRefused.tooSlow(limit: .zero)) {
                try await store.complete(records[0], with: EffectBench.insert("late"))
            }
            await #expect(throws: EffectBench.Refused.self, "its own error says more") {
                try await store.complete(records[0]) { _ in throw EffectBench.Refused() }
            }
            try await Self.expectNothing(store, records[0], folder)
        }
    }

    @Test func `the limit is a second unless it is set`() {
        #expect(SQLiteOptions(path: "x").effectLimit == .seconds(1))
        #expect(SQLiteOptions(path: "x", effectLimit: .seconds(2)).effectLimit == .seconds(2))
    }
}
