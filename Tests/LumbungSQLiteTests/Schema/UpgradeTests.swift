import GRDB
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

/// An inbox of an earlier program is brought up to date with everything in it (PROMISES 22).
struct UpgradeTests {
    /// An inbox as an earlier version left it: one event each that is done, waits, and ran when the process ended.
    private static func makeVersion(_ path: String, version: Int = 1) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            for step in Schema.steps[..<version] { try database.execute(sql: step) }
            try database.execute(
                sql: "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = \(version)")
            try database.execute(
                sql: """
                    INSERT INTO destination (id, name) VALUES (1, 'app');
                    UPDATE meta SET value = 7 WHERE key = 'boot_epoch';
                    """)
            for (id, status, due, token) in [
                (1, "completed", nil, nil), (2, "retrying", 1000, nil), (3, "processing", 9000, 5),
            ] as [(Int, String, Int?, Int?)] {
                try database.execute(
                    sql: """
                        INSERT INTO webhook_queue
                            (id, source, uuid, type, status, attempts, created_at, updated_at, digest, headers, payload)
                        VALUES (?, 'shop', ?, 'T', ?, 1, ?, ?, zeroblob(32), '{}', '{}')
                        """,
                    arguments: [
                        id, "e\(id)", status, NewEvent.sampleTime.iso8601, NewEvent.sampleTime.iso8601,
                    ])
                try database.execute(
                    sql: """
                        INSERT INTO delivery
                            (event_id, destination_id, status, fanout, attempts, lane, due_at, lease_token
                            \(version < 3 ? "" : ", source"))
                        VALUES (?, 1, ?, 1, 1, ?, ?, ? \(version < 3 ? "" : ", 'shop'"))
                        """,
                    arguments: [id, status, token == nil ? 0 : 9, due, token])
            }
            if version >= 3 {
                try database.execute(
                    sql: "INSERT INTO replay (status, created_at, ended_at, through) VALUES ('completed', 1, 2, 3)")
            }
            try database.execute(
                sql: """
                    INSERT INTO attempt VALUES (1, 1, 4, 1, 'delivered', 200, 500, 20, '', x'6f6b'),
                        (2, 1, 3, 1, 'timeout', NULL, 400, 15000, 'no answer in time', x'')
                    """)
        }
        try queue.close()
    }

    @Test(arguments: 1..<Schema.version)
    func `an inbox of an earlier version keeps its events, deliveries and attempts`(_ version: Int) async throws {
        try await InboxFolder.with { folder throws in
            let path = folder.root + "/old.db"
            try Self.makeVersion(path, version: version)
            let store = try SQLiteInbox(SQLiteOptions(path: path))
            let report = try await store.recover(now: NewEvent.sampleTime)
            #expect(report.bootEpoch == 8 && report.interrupted == 1 && report.waiting == 2)
            let done = try #require(try await store.event(EventID(1)))
            #expect(done.status == .completed && done.deliveries[0].history.map(\.outcome) == [.delivered])
            #expect(done.deliveries[0].history[0].response == Array("ok".utf8))
            let waits = try #require(try await store.event(EventID(2)))
            #expect(waits.status == .retrying && waits.deliveries[0].dueAt == Timestamp(milliseconds: 1000))
            #expect(try await store.event(EventID(3))?.deliveries[0].interruptions == 1)
            var theirs = EventQuery()
            theirs.filter.tenant = ""
            #expect(try await store.events(theirs).events.map(\.id.value) == [3, 2, 1], "nobody knows whose they are")
            #expect(try await store.events(theirs).events.map(\.occurredAt) == [nil, nil, nil])
            #expect(try await store.events(theirs).events.map(\.provenAs) == ["", "", ""])
            #expect(
                try await store.replays(onlyRunning: false).map(\.order.filter.tenant) == (version < 3 ? [] : [nil]))
            let claim = Turn.Claim(destination: DestinationID(1), limit: 9, suspectLimit: 1)
            let work = Turn(
                records: [], claims: [claim], leaseLimit: 9, now: NewEvent.sampleTime, leaseUntil: NewEvent.sampleTime)
            #expect(try await store.turn(work).leases.map(\.event.id.value) == [3, 2])
            #expect(try await store.append([.sample("new", to: [DestinationID(1)])]).map(\.id.value) == [4])
            await store.close()
            #expect(try DatabaseTools(path: path).check() == [])
            let foreign = try DatabaseQueue(path: path)
            #expect(try foreign.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == Schema.version)
        }
    }

    @Test(arguments: 1..<Schema.version)
    func `a program's own tables, views and triggers come through`(_ version: Int) async throws {
        try await InboxFolder.with { folder throws in
            let path = folder.root + "/old.db"
            try Self.makeVersion(path, version: version)
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction {
                try $0.execute(
                    sql: """
                        CREATE TABLE ledger (uuid TEXT NOT NULL);
                        CREATE TABLE delivery_next (waiting INTEGER);
                        CREATE TABLE unchecked (a REFERENCES nowhere (id));
                        PRAGMA foreign_keys = OFF; INSERT INTO unchecked VALUES (1);
                        CREATE VIEW open_events AS SELECT event_id FROM delivery WHERE due_at IS NOT NULL;
                        CREATE TRIGGER counted AFTER INSERT ON ledger BEGIN
                            INSERT INTO delivery_next SELECT count(*) FROM delivery AS d WHERE d.due_at IS NOT NULL;
                        END;
                        """)
            }
            try queue.close()
            let store = try SQLiteInbox(SQLiteOptions(path: path))
            _ = try await store.recover(now: NewEvent.sampleTime)
            try await store.write { try $0.execute(sql: "INSERT INTO ledger VALUES ('new')") }
            _ = try await store.append([.sample("new", to: [DestinationID(1)])])
            try await store.perform { session throws(StoreError) in
                let pragma = try unsafe Statement(session.connection, "PRAGMA legacy_alter_table")
                #expect(try pragma.step() && pragma.int(0) == 0)
            }
            await store.close()
            try DatabaseQueue(path: path).read { database throws in
                #expect(try Int.fetchAll(database, sql: "SELECT event_id FROM open_events ORDER BY 1") == [2, 3, 4])
                #expect(try Int.fetchAll(database, sql: "SELECT waiting FROM delivery_next") == [2])
            }
        }
    }

    @Test(arguments: 1..<Schema.version)
    func `an inbox with rows that refer to nothing is refused and left as it is`(_ version: Int) async throws {
        try await InboxFolder.with { folder throws in
            let path = folder.root + "/old.db"
            try Self.makeVersion(path, version: version)
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA foreign_keys = OFF; DELETE FROM webhook_queue WHERE id = 1")
            }
            try queue.close()
            let problem = #expect(throws: DatabaseFileProblem.self) {
                _ = try SQLiteInbox(SQLiteOptions(path: path))
            }
            #expect(problem?.description.contains("refer to others that are gone") == true)
            let again = try DatabaseQueue(path: path)
            #expect(try again.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == version)
        }
    }
}
