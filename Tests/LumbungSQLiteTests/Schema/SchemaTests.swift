import GRDB
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

struct SchemaTests {
    @Test func `a fresh file is marked, versioned and has every table`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let foreign = try folder.foreignConnection()
            try await foreign.read { database throws in
                #expect(try Int.fetchOne(database, sql: "PRAGMA user_version") == Schema.version)
                #expect(try Int32.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID)
                #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal")
                let sql = """
                    SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' ORDER BY name
                    """
                let tables = [
                    "attempt", "conflict", "delivery", "destination", "lumbung_audit", "lumbung_captured_secret",
                    "lumbung_quarantine",
                    "lumbung_secret_use", "meta", "rejection",
                    "replay", "webhook_queue",
                ]
                #expect(try String.fetchAll(database, sql: sql) == tables)
                let loose = """
                    SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND NOT strict
                    """
                #expect(try String.fetchAll(database, sql: loose) == [])
            }
            await store.close()
        }
    }

    @Test func `the file can be read as the contract says, while it is open`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            for identity in ["test-concurrent-1", "test-concurrent-2"] {
                _ = try await store.append([.sample(identity, to: [])])
            }
            try await folder.foreignConnection().read { database in
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT id, source, uuid, type, datetime(created_at) AS day, typeof(payload) AS kind, status,
                            attempts, updated_at
                        FROM webhook_queue WHERE uuid IN ('test-concurrent-1', 'test-concurrent-2') ORDER BY id;
                        """)
                #expect(rows.map { $0["uuid"] as String } == ["test-concurrent-1", "test-concurrent-2"])
                #expect(rows.map { $0["day"] as String } == ["2027-01-15 08:00:00", "2027-01-15 08:00:00"])
                #expect(rows.allSatisfy { $0["kind"] as String == "text" && $0["status"] as String == "completed" })
            }
            await store.close()
        }
    }

    @Test func `opening an inbox again changes neither version nor tables`() async throws {
        try await InboxFolder.with { folder in
            var schemas: [[String]] = []
            for _ in 0..<3 {
                let store = try folder.open()
                schemas.append(
                    try await folder.foreignConnection().read { database in
                        try String.fetchAll(database, sql: "SELECT ifnull(sql, name) FROM sqlite_schema ORDER BY name")
                            + ["\(try Int.fetchOne(database, sql: "PRAGMA user_version") ?? -1)"]
                    })
                await store.close()
            }
            #expect(schemas[0] == schemas[1] && schemas[1] == schemas[2])
        }
    }

    @Test func `pruning leaves no row of a removed event in any table`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let ids = try await store.register(destinations: ["first"])
            let first = try #require(ids["first"])
            _ = try await store.recover(now: NewEvent.sampleTime)
            _ = try await store.append([.sample("one", to: [first])])
            _ = try await store.append([.sample("one", payload: Array("{}".utf8), to: [first])])
            let claim = Turn.Claim(destination: first, limit: 1, suspectLimit: 0)
            let now = NewEvent.sampleTime
            let work = Turn(records: [], claims: [claim], leaseLimit: 1, now: now, leaseUntil: now)
            let lease = try #require(try await store.turn(work).leases.first)
            let timing = AttemptTiming(startedAt: now, endedAt: now, duration: .zero)
            let record = DeliveryRecord(lease: lease, outcome: .delivered, decision: .complete, timing: timing)
            _ = try await store.turn(Turn(records: [record], claims: [], leaseLimit: 0, now: now, leaseUntil: now))
            let counts = { (database: Database) in
                try ["webhook_queue", "delivery", "attempt", "conflict"].map { table in
                    try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)")
                }
            }
            let foreign = try folder.foreignConnection()
            #expect(try foreign.read(counts) == [1, 1, 1, 1])
            let late = now.advanced(by: .seconds(31 * 86_400))
            #expect(try await store.prune(RetentionPolicy(), now: late, after: EventID(0)).removed == 1)
            #expect(try foreign.read(counts) == [0, 0, 0, 0])
            await store.close()
        }
    }

    @Test(arguments: [
        "INSERT INTO delivery (event_id, destination_id, source, status, fanout, due_at) VALUES (1, 2, 's', 'waiting', 1, 0)",
        "UPDATE delivery SET source = ''", "UPDATE delivery SET lane = 2", "UPDATE delivery SET lane = 3",
        "UPDATE delivery SET due_at = NULL", "UPDATE delivery SET lease_token = 7", "UPDATE delivery SET lane = 9",
        "UPDATE delivery SET status = 'completed'", "UPDATE webhook_queue SET status = 'lost'",
        "UPDATE webhook_queue SET uuid = ''", "UPDATE webhook_queue SET digest = x'00'",
        "UPDATE webhook_queue SET payload = x'00'", "UPDATE webhook_queue SET attempts = 'many'",
        "DELETE FROM webhook_queue", "DELETE FROM destination", "UPDATE delivery SET destination_id = 99",
    ])
    func `the schema refuses what no event may become`(_ sql: String) async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let ids = try await store.register(destinations: ["first"])
            _ = try await store.append([.sample("one", to: [try #require(ids["first"])])])
            let error = await #expect(throws: DatabaseError.self) {
                try await folder.foreignConnection().write { try $0.execute(sql: sql) }
            }
            #expect(error?.resultCode == .SQLITE_CONSTRAINT)
            await store.close()
        }
    }
}
