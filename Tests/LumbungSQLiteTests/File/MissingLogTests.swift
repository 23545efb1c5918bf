import Foundation
import GRDB
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

/// A write-ahead log that is gone after a crash may have held acknowledged events: the next start says so (FAULTS W43).
struct MissingLogTests {
    private static func remarks(_ folder: InboxFolder) async throws -> [String] {
        let store = try folder.open()
        let report = try await store.recover(now: NewEvent.sampleTime)
        await store.close()
        return report.remarks
    }

    /// Lays the lock file as a process leaves it that was killed.
    private static func markAsKilled(_ folder: InboxFolder) throws {
        try Data("12345\n".utf8).write(to: URL(fileURLWithPath: folder.path + ".lock"))
    }

    @Test func `a first start, and one after an orderly stop, say nothing`() async throws {
        try await InboxFolder.with { folder throws in
            #expect(try await Self.remarks(folder) == [])
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + ".lock")).isEmpty)
            #expect(try await Self.remarks(folder) == [])
        }
    }

    @Test func `a start after a kill finds the log and says nothing`() async throws {
        try await InboxFolder.with { folder throws in
            let store = try folder.open()
            _ = try await store.append([.sample("one", to: [])])
            let again = try #require(try await folder.openAsAfterKill(of: store) as? SQLiteInbox)
            #expect(try await again.recover(now: NewEvent.sampleTime).remarks == [])
            #expect(try await again.statusCounts() == [.completed: 1])
            await again.close()
        }
    }

    @Test func `a start after a kill without the log says so once`() async throws {
        try await InboxFolder.with { folder throws in
            #expect(try await Self.remarks(folder) == [])
            try Self.markAsKilled(folder)
            let remarks = try await Self.remarks(folder)
            #expect(remarks.count == 1 && remarks[0].contains("write-ahead log \(folder.path)-wal is gone"))
            #expect(try await Self.remarks(folder) == [])
        }
    }

    @Test func `a start that fails leaves the mark of the kill`() async throws {
        try await InboxFolder.with { folder throws in
            #expect(try await Self.remarks(folder) == [])
            try Self.markAsKilled(folder)
            let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path))
            try Data("no database".utf8).write(to: URL(fileURLWithPath: folder.path))
            #expect(throws: DatabaseFileProblem.self) { _ = try folder.open() }
            try whole.write(to: URL(fileURLWithPath: folder.path))
            #expect(try await Self.remarks(folder).count == 1)
        }
    }

    @Test func `a link to a file that is not there yet has the lock of that file`() async throws {
        try await InboxFolder.with { folder throws in
            let link = folder.root + "/link.db"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.root + "/real.db")
            let store = try SQLiteInbox(SQLiteOptions(path: link))
            let problem = #expect(throws: DatabaseFileProblem.self) {
                _ = try SQLiteInbox(SQLiteOptions(path: folder.root + "/real.db"))
            }
            #expect(problem?.description.contains("already works on") == true)
            await store.close()
        }
    }

    @Test func `a log is looked for where the link leads, beside the file that SQLite lays it by`() async throws {
        try await InboxFolder.with { folder throws in
            try FileManager.default.createDirectory(atPath: folder.root + "/far", withIntermediateDirectories: false)
            let (link, real) = (folder.root + "/link.db", folder.root + "/far/real.db")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real)
            let store = try SQLiteInbox(SQLiteOptions(path: link))
            _ = try await store.append([.sample("one", to: [])])
            #expect(DatabaseFile(path: link).hasLog)
            #expect(DatabaseFile(path: link).logPath == DatabaseFile(path: real).logPath)
            await store.close()
        }
    }

    @Test func `a log without its database is left as it is, and nothing is made beside it`() async throws {
        try await InboxFolder.with { folder throws in
            let path = folder.root + "/webhook.db"
            try Data("acknowledged events".utf8).write(to: URL(fileURLWithPath: path + "-wal"))
            let problem = #expect(throws: DatabaseFileProblem.self) {
                _ = try SQLiteInbox(SQLiteOptions(path: path))
            }
            #expect(problem?.description.contains("may hold acknowledged events") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.root) == ["webhook.db-wal"])
        }
    }

    @Test func `a start beside a reader that holds the log goes on and loses nothing`() async throws {
        try await InboxFolder.with { folder throws in
            let store = try folder.open()
            _ = try await store.append([.sample("one", to: [])])
            let reader = try folder.foreignConnection()
            try reader.writeWithoutTransaction { database in
                try database.execute(sql: "BEGIN; SELECT count(*) FROM webhook_queue")
            }
            _ = try await store.append([.sample("two", to: [])])
            await store.close()
            let again = try folder.open(busyTimeout: .milliseconds(50))
            _ = try await again.recover(now: NewEvent.sampleTime)
            #expect(try await again.statusCounts() == [.completed: 2])
            #expect(try await again.append([.sample("three", to: [])]).map(\.kind) == [.queued])
            try reader.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            await again.close()
        }
    }

    @Test func `a link to the file in another folder has the same lock`() async throws {
        try await InboxFolder.with { folder throws in
            let store = try folder.open()
            let link = folder.root + "/link.db"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path)
            let problem = #expect(throws: DatabaseFileProblem.self) {
                _ = try SQLiteInbox(SQLiteOptions(path: link))
            }
            #expect(problem?.description.contains("already works on") == true)
            await store.close()
        }
    }
}
