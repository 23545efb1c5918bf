import Foundation
import LumbungCore
import LumbungSQLite
import LumbungTesting
import Testing

/// PROMISES 15: one process per file, enforced.
struct OneProcessTests {
    @Test func `a second opening is refused, names the process and does no harm`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            _ = try await store.append([.sample("one", to: [])])
            for _ in 0..<3 {
                let problem = #expect(throws: DatabaseFileProblem.self) { try folder.open() }
                let sentence = problem?.description ?? ""
                #expect(sentence.contains("process \(ProcessInfo.processInfo.processIdentifier)"), "\(sentence)")
                #expect(sentence.contains(folder.path) && sentence.contains("only one may"), "\(sentence)")
            }
            #expect(try await store.append([.sample("two", to: [])]).map(\.kind) == [.queued])
            await store.close()
        }
    }

    @Test func `a closed inbox can be opened again at once`() async throws {
        try await InboxFolder.with { folder in
            for round in 0..<5 {
                let store = try folder.open()
                #expect(try await store.append([.sample("\(round)", to: [])]).map(\.kind) == [.queued])
                await store.close()
            }
        }
    }

    @Test func `a refused opening leaves the lock free`() async throws {
        try await InboxFolder.with { folder in
            let path = folder.root + "/webhook.db"
            try Data("no database".utf8).write(to: URL(fileURLWithPath: path))
            #expect(throws: DatabaseFileProblem.self) { try SQLiteInbox(SQLiteOptions(path: path)) }
            try FileManager.default.removeItem(atPath: path)
            let store = try SQLiteInbox(SQLiteOptions(path: path))
            #expect(await store.health() == .ready)
            await store.close()
        }
    }
}
