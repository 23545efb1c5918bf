import GRDB
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

struct WriterConnectionTests {
    @Test(arguments: [
        ("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("wal_autocheckpoint", "0"),
        ("cache_size", "-8192"), ("secure_delete", "0"), ("temp_store", "2"),
    ])
    func `the writer has the settings that the promises need`(_ name: String, _ expected: String) async throws {
        try await InboxFolder.with { folder in
            let connection = try WriterConnection(path: folder.path, busyTimeout: .seconds(1))
            defer { connection.lock.release(.leftOpen) }
            let value = try await connection.queue.read { database in
                try Row.fetchOne(database, sql: "PRAGMA \(name)").map { "\($0[0] as DatabaseValue)" }
            }
            // A number is described as it is, a text with its quotes.
            #expect(value == expected || value == "\"\(expected)\"")
            try connection.queue.close()
        }
    }

    @Test func `opening copies and flushes what an earlier process left in the log`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            _ = try await store.append([.sample("one", to: [])])
            let left = try await folder.openAsAfterKill(of: store)
            let events = try await folder.foreignConnection().read { database in
                try Int.fetchOne(database, sql: "SELECT count(*) FROM webhook_queue")
            }
            #expect(events == 1)
            #expect(try WriteAheadLog(of: folder.path).commits == 0, "the log was emptied before anything was promised")
            await left.close()
        }
    }
}
