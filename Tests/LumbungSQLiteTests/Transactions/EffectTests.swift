import GRDB
import LumbungCore
import LumbungTesting
import Synchronization
import Testing

@testable import LumbungSQLite

/// A handler's writes and the completion of its delivery commit together (PROMISES 4).
struct EffectTests {
    @Test func `both are there, or neither`() async throws {
        try await EffectBench.withLeases(2) { store, records, folder async throws in
            try await store.complete(records[0], with: EffectBench.insert("e0"))
            #expect(try await store.event(records[0].lease.event)?.status == .completed)
            await #expect(throws: EffectBench.Refused.self) {
                try await store.complete(records[1]) { database in
                    try EffectBench.insert("e1")(database)
                    throw EffectBench.Refused()
                }
            }
            #expect(try await store.event(records[1].lease.event)?.status == .processing)
            #expect(try EffectBench.ledger(folder) == ["e0"])
            try await store.complete(records[1], with: EffectBench.insert("e1"))
            #expect(try EffectBench.ledger(folder) == ["e0", "e1"])
            #expect(try await store.event(records[1].lease.event)?.deliveries[0].history.count == 1)
        }
    }

    @Test func `without the lease nothing is written`() async throws {
        try await EffectBench.withLeases(1) { store, records, folder async throws in
            try await store.complete(records[0], with: EffectBench.insert("once"))
            await #expect(throws: LeaseLost()) {
                try await store.complete(records[0], with: EffectBench.insert("twice"))
            }
            var foreign = records[0]
            foreign.lease.token += 1
            let changed = foreign
            await #expect(throws: LeaseLost()) {
                try await store.complete(changed, with: EffectBench.insert("foreign"))
            }
            #expect(try EffectBench.ledger(folder) == ["once"])
        }
    }

    @Test func `one that fails harms none of those that commit with it`() async throws {
        try await EffectBench.withLeases(40) { store, records, folder async throws in
            let results = await withTaskGroup(of: Bool.self) { group in
                for (index, record) in records.enumerated() {
                    group.addTask {
                        let result: Bool? = try? await store.complete(record) { database in
                            try EffectBench.insert("e\(index)")(database)
                            if index.isMultiple(of: 2) { throw EffectBench.Refused() }
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
            #expect(try EffectBench.ledger(folder).count == 20)
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
        "CREATE TEMP TABLE mine (a)", "CREATE TABLE temp.mine (a)", "CREATE TEMP VIEW mine AS SELECT 1",
        "CREATE TEMP TRIGGER mine AFTER INSERT ON webhook_queue BEGIN SELECT 1; END",
        "CREATE TEMP TRIGGER mine AFTER INSERT ON ledger BEGIN SELECT 1; END", "ANALYZE", "ANALYZE ledger", "REINDEX",
        "INSERT INTO sqlite_sequence VALUES ('rejection', 9)", "UPDATE sqlite_sequence SET seq = 9",
        "UPDATE sqlite_sequence SET name = 'mine'", "DELETE FROM sqlite_sequence", "CREATE TABLE Lumbung_mine (a)",
        "CREATE VIEW lumbung_mine AS SELECT 1", "CREATE INDEX lumbung_mine ON ledger (uuid)",
        "CREATE TRIGGER lumbung_mine AFTER INSERT ON ledger BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE lumbung_mine USING fts5 (a)",
    ])
    func `a handler keeps to tables of its own`(_ sql: String) async throws {
        try await EffectBench.withLeases(1) { store, records, folder async throws in
            let error = await #expect(throws: DatabaseError.self) {
                try await store.complete(records[0]) { database in
                    try EffectBench.insert("gone")(database)
                    try database.execute(sql: sql)
                }
            }
            #expect(error?.resultCode == .SQLITE_AUTH)
            #expect(try EffectBench.ledger(folder) == [])
            #expect(try await store.event(records[0].lease.event)?.status == .processing)
            #expect(await store.health() == .ready)
        }
    }

    @Test func `a handler reads the inbox, makes tables, and nests savepoints`() async throws {
        try await EffectBench.withLeases(1) { store, records, folder async throws in
            let uuid = try await store.complete(records[0]) { database in
                try database.execute(
                    sql: "CREATE TABLE mine (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX my ON mine (text)")
                try database.inSavepoint {
                    try EffectBench.insert("undone")(database)
                    return .rollback
                }
                try database.inSavepoint {
                    try EffectBench.insert("kept")(database)
                    return .commit
                }
                #expect(try database.columns(in: "mine").map(\.name) == ["id", "text"])
                return try String.fetchOne(database, sql: "SELECT uuid FROM webhook_queue")
            }
            #expect(uuid == "e0")
            #expect(try EffectBench.ledger(folder) == ["kept"])
            // The writer's own statements know of the new tables, too.
            _ = try await store.append([.sample("after", to: [])])
            #expect(try DatabaseTools(path: folder.path).check() == [])
        }
    }

    @Test func `a handler's error in a statement is its own, and the transaction goes on`() async throws {
        try await EffectBench.withLeases(2) { store, records, folder async throws in
            await #expect(throws: DatabaseError.self) {
                try await store.complete(records[0]) { try $0.execute(sql: "INSERT INTO ledger (uuid) VALUES (NULL)") }
            }
            await #expect(throws: DatabaseError.self) {
                try await store.complete(records[0]) { try $0.execute(sql: "INSERT INTO nowhere VALUES (1)") }
            }
            try await store.complete(records[1], with: EffectBench.insert("e1"))
            #expect(try EffectBench.ledger(folder) == ["e1"])
        }
    }

    @Test func `tables of one's own may count their rows, change their names, and go`() async throws {
        try await EffectBench.withLeases(1) { store, records, folder async throws in
            try await store.complete(records[0]) { database in
                try database.execute(
                    sql: """
                        CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT);
                        CREATE TRIGGER copied AFTER INSERT ON counted BEGIN INSERT INTO ledger VALUES (NEW.text); END;
                        INSERT INTO counted (text) VALUES ('a'), ('b');
                        ALTER TABLE counted RENAME TO again;
                        INSERT INTO again (text) VALUES ('c');
                        ALTER TABLE again ADD COLUMN size INTEGER DEFAULT 1 CHECK (size > 0);
                        CREATE INDEX again_size ON again (size);
                        ALTER TABLE again RENAME COLUMN size TO length;
                        CREATE VIEW seen AS SELECT uuid FROM webhook_queue;
                        """)
                #expect(try Int.fetchOne(database, sql: "SELECT max(id) FROM again") == 3)
                #expect(try String.fetchOne(database, sql: "SELECT uuid FROM seen") == "e0")
            }
            // What belongs to DROP TABLE lets nobody's own statement through.
            let error = await #expect(throws: DatabaseError.self) {
                try await store.write { try $0.execute(sql: "DROP TABLE again; DELETE FROM sqlite_sequence") }
            }
            #expect(error?.resultCode == .SQLITE_AUTH)
            try await store.write { try $0.execute(sql: "DROP TABLE again; DROP VIEW seen") }
            #expect(try EffectBench.ledger(folder) == ["a", "b", "c"])
        }
    }
}
