import GRDB
import LumbungCore
import LumbungTesting
import Synchronization
import Testing

@testable import LumbungSQLite

/// A handler that goes on after one of its statements has ended the transaction leaves nothing behind (PROMISES 4).
struct EffectLossTests {
    /// Statements that roll the whole transaction back.
    private static let endings = [
        "INSERT OR ROLLBACK INTO ledger (uuid) VALUES (NULL)", "INSERT INTO raising VALUES (1)",
        "INSERT INTO ledger (uuid) VALUES (zeroblob(50000000))",
    ]

    private static func withEndings(
        _ body: (SQLiteInbox, DeliveryRecord, InboxFolder) async throws -> Void
    ) async throws {
        try await EffectBench.withLeases(1) { store, records, folder async throws in
            try await store.write {
                try $0.execute(
                    sql: """
                        CREATE TABLE raising (a);
                        CREATE TRIGGER raises AFTER INSERT ON raising BEGIN SELECT RAISE(ROLLBACK, 'enough'); END;
                        """)
            }
            // As a disk that has room for little more.
            try await store.perform { session throws(StoreError) in try session.execute("PRAGMA max_page_count = 2000")
            }
            try await body(store, records[0], folder)
        }
    }

    /// Checks that nothing came of an effect, and that the delivery can be completed still.
    private static func expectNothing(
        _ store: SQLiteInbox, _ record: DeliveryRecord, _ folder: InboxFolder
    ) async throws {
        #expect(try EffectBench.ledger(folder) == [])
        #expect(try await store.event(record.lease.event)?.status == .processing)
        try await store.complete(record, with: EffectBench.insert("once"))
        #expect(try EffectBench.ledger(folder) == ["once"])
        #expect(try await store.event(record.lease.event)?.deliveries[0].history.count == 1)
    }

    @Test(arguments: endings)
    func `a swallowed rollback ends the effect`(_ sql: String) async throws {
        try await Self.withEndings { store, record, folder async throws in
            let error = await #expect(throws: (any Error).self) {
                try await store.complete(record) { database in
                    try EffectBench.insert("before")(database)
                    try? database.execute(sql: sql)
                    try? EffectBench.insert("after")(database)
                }
            }
            #expect(error as? EffectRefused == .rolledBack("") || error as? StoreError == .diskFull, "\(error as Any)")
            try await Self.expectNothing(store, record, folder)
        }
    }

    @Test(arguments: endings)
    func `statements that were prepared before are refused as well`(_ sql: String) async throws {
        try await Self.withEndings { store, record, folder async throws in
            let error = await #expect(throws: (any Error).self) {
                try await store.complete(record) { database in
                    let insert = try database.makeStatement(sql: "INSERT INTO ledger (uuid) VALUES ('after')")
                    let savepoint = try database.makeStatement(sql: "SAVEPOINT mine")
                    try? database.execute(sql: sql)
                    try? insert.execute()
                    try? savepoint.execute()
                    try? insert.execute()
                }
            }
            #expect(error as? EffectRefused == .rolledBack("") || error as? StoreError == .diskFull, "\(error as Any)")
            try await Self.expectNothing(store, record, folder)
        }
    }

    @Test func `what the handler throws is told, and no error of a statement stops the store`() async throws {
        try await Self.withEndings { store, record, folder async throws in
            let error = await #expect(throws: EffectRefused.self) {
                try await store.complete(record) { database in
                    try database.inSavepoint {
                        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM webhook_queue")
                        try? database.execute(sql: Self.endings[0])
                        // SQLite ends what was being read: SQLITE_ABORT_ROLLBACK.
                        while try rows.next() != nil {}
                        return .commit
                    }
                }
            }
            #expect(error != .rolledBack(""))
            #expect(await store.health() == .ready)
            try await Self.expectNothing(store, record, folder)
        }
    }

    @Test func `those of the same group run again, and commit once`() async throws {
        try await EffectBench.withLeases(3) { store, records, folder async throws in
            let runs = Mutex<[Int]>([0, 0, 0])
            let (ends, told) = AsyncStream<String>.makeStream()
            store.inOneGroup {
                store.append(
                    AppendRequest(events: [.sample("new", to: [])], deadline: .now.advanced(by: .seconds(60))) {
                        told.yield("new \((try? $0.get().map(\.kind)) == [.queued])")
                    })
                for (number, record) in records.enumerated() {
                    let run = EffectRun<Int> { session throws(StoreError) in
                        try session.complete(record) { database in
                            runs.withLock { $0[number] += 1 }
                            try EffectBench.insert("e\(number)")(database)
                            if number == 1 { try? database.execute(sql: Self.endings[0]) }
                            return number
                        }
                    }
                    store.submit(run) { result in
                        switch result {
                        case .success(let value): told.yield("\(value) done")
                        case .failure(let error): told.yield("\(number) \(error is EffectRefused)")
                        }
                    }
                }
            }
            var seen: Set<String> = []
            for await end in ends.prefix(4) { seen.insert(end) }
            #expect(seen == ["new true", "0 done", "1 true", "2 done"])
            #expect(runs.withLock { $0 } == [2, 1, 1])
            #expect(try EffectBench.ledger(folder) == ["e0", "e2"])
            #expect(try await store.statusCounts() == [.completed: 3, .processing: 1])
        }
    }
}
