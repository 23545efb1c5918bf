import GRDB
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

/// What a handler makes in the schema cannot stop the inbox.
struct EffectSchemaTests {
    @Test(arguments: [
        "CREATE TABLE mine (event INTEGER REFERENCES webhook_queue (id))",
        "CREATE TABLE mine (event INTEGER REFERENCES Webhook_Queue (type))",
        "CREATE TABLE mine (a, b, FOREIGN KEY (a, b) REFERENCES delivery ON DELETE CASCADE)",
        "ALTER TABLE ledger ADD COLUMN destination INTEGER REFERENCES destination (id)",
    ])
    func `a foreign key to a table of the inbox is refused`(_ sql: String) async throws {
        try await EffectBench.withLeases(1) { store, records, folder async throws in
            // A statement that was prepared for the first attempt is looked at again.
            for _ in 1...2 {
                let error = await #expect(throws: EffectRefused.self) {
                    try await store.complete(records[0]) { database in
                        try EffectBench.insert("gone")(database)
                        try database.cachedStatement(sql: sql).execute()
                    }
                }
                #expect(error?.description.contains("has a foreign key to") == true)
            }
            #expect(try EffectBench.ledger(folder) == [])
            #expect(try await store.event(records[0].lease.event)?.status == .processing)
            try await store.complete(records[0], with: EffectBench.insert("e0"))
            let late = NewEvent.sampleTime.advanced(by: .seconds(31 * 86_400))
            #expect(try await store.prune(RetentionPolicy(), now: late, after: EventID(0)).removed == 1)
        }
    }

    @Test func `a name that the inbox keeps for itself is refused`() async throws {
        try await EffectBench.withLeases(1) { store, _, folder async throws in
            await #expect(throws: EffectRefused.reservedName("lumbung_ledger")) {
                try await store.write { try $0.execute(sql: "ALTER TABLE ledger RENAME TO lumbung_ledger") }
            }
            #expect(try EffectBench.ledger(folder) == [])
        }
    }

    @Test func `foreign keys between tables of one's own are kept`() async throws {
        try await EffectBench.withLeases(2) { store, records, folder async throws in
            try await store.write {
                try $0.execute(
                    sql: """
                        CREATE TABLE account (id INTEGER PRIMARY KEY);
                        CREATE TABLE booking (account INTEGER REFERENCES account DEFERRABLE INITIALLY DEFERRED);
                        """)
            }
            // Noticed by the commit, which the others of its group do not pay for.
            await #expect(throws: StoreError.self) {
                try await store.complete(records[0]) { try $0.execute(sql: "INSERT INTO booking VALUES (7)") }
            }
            #expect(try await store.event(records[0].lease.event)?.status == .processing)
            try await store.complete(records[0]) {
                try $0.execute(sql: "INSERT INTO booking VALUES (7); INSERT INTO account VALUES (7)")
            }
            #expect(try await store.event(records[0].lease.event)?.status == .completed)
        }
    }

    @Test func `views over the inbox, and triggers on them, do not hinder it`() async throws {
        try await EffectBench.withLeases(1) { store, records, folder async throws in
            try await store.write {
                try $0.execute(
                    sql: """
                        CREATE VIEW events AS SELECT id, uuid FROM webhook_queue;
                        CREATE TRIGGER noted INSTEAD OF DELETE ON events BEGIN INSERT INTO ledger VALUES (OLD.uuid); END;
                        CREATE TRIGGER removes AFTER INSERT ON ledger BEGIN DELETE FROM conflict; END;
                        """)
            }
            // What a trigger does is asked for where it fires, and there only.
            let error = await #expect(throws: DatabaseError.self) {
                try await store.complete(records[0]) { try $0.execute(sql: "DELETE FROM events") }
            }
            #expect(error?.resultCode == .SQLITE_AUTH)
            try await store.write { try $0.execute(sql: "DROP TRIGGER removes") }
            try await store.complete(records[0]) { try $0.execute(sql: "DELETE FROM events") }
            #expect(try EffectBench.ledger(folder) == ["e0"])
            let late = NewEvent.sampleTime.advanced(by: .seconds(31 * 86_400))
            #expect(try await store.prune(RetentionPolicy(), now: late, after: EventID(0)).removed == 1)
        }
    }
}
