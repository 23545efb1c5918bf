import Foundation
import GRDB
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

struct DatabaseToolsTests {
    @Test func `a sound inbox has no findings, also beside its server`() async throws {
        try await Self.withInbox { folder, store async throws in
            let tools = DatabaseTools(path: folder.path)
            #expect(try tools.check() == [])
            await store.close()
            #expect(try tools.check() == [])
        }
    }

    @Test(arguments: [
        ("DELETE FROM delivery", "no delivery"),
        ("UPDATE webhook_queue SET status = 'completed' WHERE unrouted = 0", "count as finished"),
        ("UPDATE webhook_queue SET status = 'pending' WHERE unrouted = 1", "wait although"),
    ])
    func `books that do not agree are found`(_ sql: String, _ finding: String) async throws {
        try await Self.withInbox { folder, store async throws in
            await store.close()
            try await folder.foreignConnection().write { try $0.execute(sql: sql) }
            let findings = try DatabaseTools(path: folder.path).check()
            #expect(findings.contains { $0.hasPrefix("1 ") && $0.contains(finding) }, "\(findings)")
        }
    }

    @Test func `a backup made beside the server is a whole inbox`() async throws {
        try await Self.withInbox { folder, store async throws in
            let target = folder.root + "/backup.db"
            try DatabaseTools(path: folder.path).backup(to: target)
            _ = try await store.append([.sample("after the backup", to: [])])
            await store.close()
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.root).contains("backup.db.partial") == false)
            #expect(try DatabaseTools(path: target).check() == [])
            let copy = try SQLiteInbox(SQLiteOptions(path: target))
            #expect(try await copy.statusCounts() == [.pending: 1, .completed: 1])
            #expect(try await copy.append([.sample("routed", to: [])]).map(\.kind) == [.duplicate])
            await copy.close()
        }
    }

    @Test func `a backup never writes over a file`() async throws {
        try await Self.withInbox { folder, store async throws in
            let target = folder.root + "/precious"
            try Data("precious".utf8).write(to: URL(fileURLWithPath: target))
            #expect(throws: DatabaseFileProblem.self) { try DatabaseTools(path: folder.path).backup(to: target) }
            #expect(FileManager.default.contents(atPath: target) == Data("precious".utf8))
            await store.close()
        }
    }

    @Test func `migrating is refused while a server works on the file, and makes a new one`() async throws {
        try await Self.withInbox { folder, store async throws in
            #expect(throws: DatabaseFileProblem.self) { try DatabaseTools(path: folder.path).migrate() }
            await store.close()
            #expect(try DatabaseTools(path: folder.path).migrate() == Schema.version)
            let fresh = folder.root + "/fresh/webhook.db"
            #expect(throws: DatabaseFileProblem.self) { try DatabaseTools(path: fresh).check() }
            #expect(try DatabaseTools(path: fresh).migrate() == Schema.version)
            #expect(try DatabaseTools(path: fresh).check() == [])
        }
    }

    /// An inbox with one routed and one unrouted event.
    private static func withInbox(_ body: (InboxFolder, SQLiteInbox) async throws -> Void) async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let ids = try await store.register(destinations: ["first"])
            _ = try await store.append([
                .sample("routed", to: [try #require(ids["first"])]), .sample("unrouted", to: []),
            ])
            try await body(folder, store)
        }
    }
}
