import GRDB
import LumbungCore
import LumbungTesting
import Synchronization
import Testing

@testable import LumbungSQLite

/// A handler's writes and the completion of its delivery commit together (PROMISES 4).
struct EffectTests {
    private struct Refused: Error {}

    /// An inbox with leased events `e0`, `e1`, …, and a table for handlers.
    private func withLeases(
        _ count: Int, _ body: (SQLiteInbox, [DeliveryRecord], InboxFolder) async throws -> Void
    ) async throws {
        try await InboxFolder.with { folder throws in
            let store = try folder.open()
            let id = try #require(try await store.register(destinations: ["ledger"])["ledger"])
            let now = NewEvent.sampleTime
            _ = try await store.recover(now: now)
            try await store.write { try $0.execute(sql: "CREATE TABLE ledger (uuid TEXT NOT NULL)") }
            _ = try await store.append((0..<count).map { .sample("e\($0)", to: [id]) })
            let claim = Turn.Claim(destination: id, limit: count, suspectLimit: 0)
            let leases = try await store.turn(
                Turn(records: [], claims: [claim], leaseLimit: count, now: now, leaseUntil: now)
            ).leases
            let timing = AttemptTiming(startedAt: now, endedAt: now, duration: .zero)
            try await body(
                store,
                leases.map { DeliveryRecord(lease: $0, outcome: .delivered, decision: .complete, timing: timing) },
                folder)
            await store.close()
        }
    }

    private static func insert(_ text: String) -> @Sendable (Database) throws -> Void {
        { try $0.execute(sql: "INSERT INTO ledger (uuid) VALUES (?)", arguments: [text]) }
    }

    private static func ledger(_ folder: InboxFolder) throws -> [String] {
        try folder.foreignConnection().read { try String.fetchAll($0, sql: "SELECT uuid FROM ledger ORDER BY uuid") }
    }

    @Test func `both are there, or neither`() async throws {
        try await withLeases(2) { store, records, folder async throws in
            try await store.complete(records[0], with: Self.insert("e0"))
            #expect(try await store.event(records[0].lease.event)?.status == .completed)
            await #expect(throws: Refused.self) {
                try await store.complete(records[1]) { database in
                    try Self.insert("e1")(database)
                    throw Refused()
                }
            }
            #expect(try await store.event(records[1].lease.event)?.status == .processing)
            #expect(try Self.ledger(folder) == ["e0"])
            try await store.complete(records[1], with: Self.insert("e1"))
            #expect(try Self.ledger(folder) == ["e0", "e1"])
            #expect(try await store.event(records[1].lease.event)?.deliveries[0].history.count == 1)
        }
    }

    @Test func `without the lease nothing is written`() async throws {
        try await withLeases(1) { store, records, folder async throws in
            try await store.complete(records[0], with: Self.insert("once"))
            await #expect(throws: LeaseLost()) {
                try await store.complete(records[0], with: Self.insert("twice"))
            }
            var foreign = records[0]
            foreign.lease.token += 1
            let changed = foreign
            await #expect(throws: LeaseLost()) { try await store.complete(changed, with: Self.insert("foreign")) }
            #expect(try Self.ledger(folder) == ["once"])
        }
    }

    @Test func `one that fails harms none of those that commit with it`() async throws {
        try await withLeases(40) { store, records, folder async throws in
            let results = await withTaskGroup(of: Bool.self) { group in
                for (index, record) in records.enumerated() {
                    group.addTask {
                        let result: Bool? = try? await store.complete(record) { database in
                            try Self.insert("e\(index)")(database)
                            if index.isMultiple(of: 2) { throw Refused() }
                            return true
                        }
                        return result ?? false
                    }
                    group.addTask {
                        (try? await store.append([.sample("new \(index)", to: [])])) != nil
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0 } == 60)
            #expect(try Self.ledger(folder).count == 20)
            #expect(try await store.statusCounts() == [.completed: 60, .processing: 20])
        }
    }

    @Test(arguments: [
        "COMMIT", "ROLLBACK", "BEGIN", "ROLLBACK TO lumbung_effect", "RELEASE lumbung_effect",
        "SAVEPOINT Lumbung_Effect", "DELETE FROM webhook_queue", "UPDATE delivery SET status = 'completed'",
        "INSERT INTO meta VALUES ('x', 1)", "DROP TABLE Attempt", "ALTER TABLE delivery ADD COLUMN mine",
        "CREATE INDEX mine ON webhook_queue (type)", "DROP INDEX delivery_due",
        "CREATE TRIGGER mine AFTER INSERT ON webhook_queue BEGIN DELETE FROM ledger; END",
        "PRAGMA synchronous = OFF", "PRAGMA wal_checkpoint", "PRAGMA user_version = 9", "ATTACH ':memory:' AS mine",
        "WITH a AS (SELECT 1) INSERT INTO replay (id) SELECT * FROM a",
    ])
    func `a handler keeps to tables of its own`(_ sql: String) async throws {
        try await withLeases(1) { store, records, folder async throws in
            let error = await #expect(throws: DatabaseError.self) {
                try await store.complete(records[0]) { database in
                    try Self.insert("gone")(database)
                    try database.execute(sql: sql)
                }
            }
            #expect(error?.resultCode == .SQLITE_AUTH)
            #expect(try Self.ledger(folder) == [])
            #expect(try await store.event(records[0].lease.event)?.status == .processing)
            #expect(await store.health() == .ready)
        }
    }

    @Test func `a handler reads the inbox, makes tables, and nests savepoints`() async throws {
        try await withLeases(1) { store, records, folder async throws in
            let uuid = try await store.complete(records[0]) { database in
                try database.execute(
                    sql: "CREATE TABLE mine (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX my ON mine (text)")
                try database.inSavepoint {
                    try Self.insert("undone")(database)
                    return .rollback
                }
                try database.inSavepoint {
                    try Self.insert("kept")(database)
                    return .commit
                }
                #expect(try database.columns(in: "mine").map(\.name) == ["id", "text"])
                return try String.fetchOne(database, sql: "SELECT uuid FROM webhook_queue")
            }
            #expect(uuid == "e0")
            #expect(try Self.ledger(folder) == ["kept"])
            // The writer's own statements know of the new tables, too.
            _ = try await store.append([.sample("after", to: [])])
            #expect(try DatabaseTools(path: folder.path).check() == [])
        }
    }

    @Test func `a handler's error in a statement is its own, and the transaction goes on`() async throws {
        try await withLeases(2) { store, records, folder async throws in
            await #expect(throws: DatabaseError.self) {
                try await store.complete(records[0]) { try $0.execute(sql: "INSERT INTO ledger (uuid) VALUES (NULL)") }
            }
            await #expect(throws: DatabaseError.self) {
                try await store.complete(records[0]) { try $0.execute(sql: "INSERT INTO nowhere VALUES (1)") }
            }
            try await store.complete(records[1], with: Self.insert("e1"))
            #expect(try Self.ledger(folder) == ["e1"])
        }
    }
}
