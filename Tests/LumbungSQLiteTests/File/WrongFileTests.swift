import Foundation
import GRDB
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

/// A path that holds something else is refused in one clear line, and what is there stays as it is.
struct WrongFileTests {
    /// One thing that may stand in the file's place.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var says: String
        var make: @Sendable (String) async throws -> Void
    }

    private static let cases: [Case] = [
        Case(testDescription: "a directory", says: "is a directory") { path in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        },
        Case(testDescription: "a device", says: "not a regular file") { path in
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/null")
        },
        Case(testDescription: "a short text file", says: "not a SQLite database") { path in
            try Data("hello\n".utf8).write(to: URL(fileURLWithPath: path))
        },
        Case(testDescription: "a long text file", says: "not a SQLite database") { path in
            try Data(String(repeating: "hello\n", count: 10_000).utf8).write(to: URL(fileURLWithPath: path))
        },
        Case(testDescription: "another application's database", says: "another application's") { path in
            try await foreign(path, "PRAGMA application_id = 252006674; CREATE TABLE t (a)")
        },
        Case(testDescription: "an unmarked database with tables", says: "another application's") { path in
            try await foreign(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        },
        Case(testDescription: "an unmarked database with tables in WAL mode", says: "another application's") { path in
            try await foreign(path, "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        },
        Case(testDescription: "an empty database that somebody has numbered", says: "another application's") { path in
            try await foreign(path, "PRAGMA user_version = 99")
        },
        Case(testDescription: "an empty database with a negative number", says: "another application's") { path in
            try await foreign(path, "PRAGMA user_version = -1")
        },
        Case(testDescription: "an inbox of a newer program", says: "newer than this program knows") { path in
            try await inbox(path)
            try await foreign(path, "PRAGMA user_version = \(Schema.version + 1)")
        },
        Case(testDescription: "an inbox cut to half", says: "is truncated") { path in
            try await inbox(path)
            try cut(path) { $0 / 2 }
        },
        Case(testDescription: "an inbox cut by one byte", says: "is truncated") { path in
            try await inbox(path)
            try cut(path) { $0 - 1 }
        },
        Case(testDescription: "an inbox cut inside its header", says: "not a SQLite database") { path in
            try await inbox(path)
            try cut(path) { _ in 99 }
        },
    ]

    @Test(arguments: cases)
    func `is refused and left alone`(_ wrong: Case) async throws {
        try await InboxFolder.with { folder in
            let path = folder.root + "/webhook.db"
            try await wrong.make(path)
            let before = try Self.contents(of: folder.root)
            let problem = #expect(throws: DatabaseFileProblem.self) { try SQLiteInbox(SQLiteOptions(path: path)) }
            let sentence = problem?.description ?? ""
            #expect(sentence.contains(wrong.says) && sentence.contains(path), "\(sentence)")
            #expect(!sentence.contains("\n"))
            #expect(try Self.contents(of: folder.root) == before)
        }
    }

    @Test func `a folder that cannot be made is named`() async throws {
        try await InboxFolder.with { folder in
            try Data().write(to: URL(fileURLWithPath: folder.root + "/file"))
            let problem = #expect(throws: DatabaseFileProblem.self) {
                try SQLiteInbox(SQLiteOptions(path: folder.root + "/file/deep/webhook.db"))
            }
            #expect(problem?.description.contains("/file") == true)
        }
    }

    @Test func `an empty file and a missing folder become an inbox`() async throws {
        try await InboxFolder.with { folder in
            let empty = folder.root + "/empty.db"
            try Data().write(to: URL(fileURLWithPath: empty))
            for path in [empty, folder.root + "/some/deep/folder/webhook.db"] {
                let store = try SQLiteInbox(SQLiteOptions(path: path))
                #expect(try await store.append([.sample("one", to: [])]).map(\.kind) == [.queued])
                await store.close()
                #expect(try DatabaseFile(path: path).inspect() == .inbox(version: Schema.version))
            }
        }
    }

    @Test func `an inbox whose first start was killed before its log was copied back is opened`() async throws {
        try await InboxFolder.with { folder in
            let first = folder.root + "/first.db"
            let queue = try DatabaseQueue(path: first)
            try await queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
                try Migration.migrate(database, path: first)
            }
            let killed = folder.root + "/killed 100% #1?.db"
            for end in ["", "-wal"] { try FileManager.default.copyItem(atPath: first + end, toPath: killed + end) }
            try queue.close()
            #expect(try DatabaseFile(path: killed).inspect() == .unmarked)
            let store = try SQLiteInbox(SQLiteOptions(path: killed))
            #expect(try await store.append([.sample("one", to: [])]).map(\.kind) == [.queued])
            await store.close()
        }
    }

    @Test func `an unmarked database with tables in its log alone is refused`() async throws {
        try await InboxFolder.with { folder in
            let (first, path) = (folder.root + "/first.db", folder.root + "/other.db")
            let queue = try DatabaseQueue(path: first)
            try await queue.writeWithoutTransaction { database in
                try database.execute(
                    sql: "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)")
            }
            for end in ["", "-wal"] { try FileManager.default.copyItem(atPath: first + end, toPath: path + end) }
            try queue.close()
            let before = ["", "-wal"].map { FileManager.default.contents(atPath: path + $0) }
            let problem = #expect(throws: DatabaseFileProblem.self) { try SQLiteInbox(SQLiteOptions(path: path)) }
            #expect(problem?.description.contains("another application's") == true)
            #expect(["", "-wal"].map { FileManager.default.contents(atPath: path + $0) } == before)
        }
    }

    @Test func `an inbox that was closed in order is one file without a log`() async throws {
        try await InboxFolder.with { folder in
            let path = folder.root + "/webhook.db"
            try await Self.inbox(path)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.root)
            #expect(!names.contains { $0.hasSuffix("-wal") || $0.hasSuffix("-shm") }, "\(names)")
        }
    }

    // MARK: Making and comparing

    private static func inbox(_ path: String) async throws {
        let store = try SQLiteInbox(SQLiteOptions(path: path))
        _ = try await store.append((0..<20).map { .sample("\($0)", to: []) })
        await store.close()
    }

    private static func foreign(_ path: String, _ sql: String) async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { database in
            try database.execute(sql: sql)
            _ = try? database.checkpoint(.truncate)
        }
        try queue.close()
    }

    private static func cut(_ path: String, to size: (UInt64) -> UInt64) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let end = try handle.seekToEnd()
        try handle.truncate(atOffset: size(end))
        try handle.close()
    }

    /// Every file of a folder with its bytes; the lock file says who came last and is no part of an inbox.
    private static func contents(of folder: String) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasSuffix(".lock") }
        return names.reduce(into: [:]) { contents, name in
            contents[name] = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
        }
    }
}
