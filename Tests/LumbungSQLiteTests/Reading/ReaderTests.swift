import GRDB
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

struct ReaderTests {
    private static let endless = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n
        """
    private static let long = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50000) SELECT count(*) FROM n
        """

    @Test func `a look that takes too long is cut, and the next one works`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let reader = InboxReader(path: folder.path)
            let started = ContinuousClock.now
            await #expect(throws: StoreError.tooSlow) {
                let count: Int? = try await reader.read { try Int.fetchOne($0, sql: Self.endless) }
                return count
            }
            #expect(ContinuousClock.now - started >= InboxReader.deadline)
            #expect(try await reader.statusCounts() == [:])
            await reader.close()
            await store.close()
        }
    }

    @Test func `the deadline is lifted when the look is over`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let queue = try folder.foreignConnection()
            try await queue.read { database throws in
                let deadline = unsafe ReadDeadline(database.sqliteConnection, .zero)
                let error = #expect(throws: DatabaseError.self) { try Int.fetchOne(database, sql: Self.endless) }
                #expect(error?.resultCode == .SQLITE_INTERRUPT)
                deadline.lift()
                #expect(try Int.fetchOne(database, sql: Self.long) == 50_000)
            }
            await store.close()
        }
    }

    @Test func `pages of what waits reach over what has ended since`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let app = try #require(try await store.register(destinations: ["app"])["app"])
            // The reader looks at the newest 5,000 first.
            let waiting = [0, 1, 2, 99, 100, 101, 5098, 5099]
            for start in stride(from: 0, to: 5100, by: 300) {
                _ = try await store.append(
                    (start..<(start + 300)).map { .sample("\($0)", to: waiting.contains($0) ? [app] : []) })
            }
            var query = EventQuery(limit: 3)
            query.filter.status = .pending
            var pages: [[String]] = []
            repeat {
                let page = try await store.events(query)
                pages.append(page.events.map(\.identity))
                query.before = page.next
            } while query.before != nil
            #expect(pages == [["5099", "5098", "101"], ["100", "99", "2"], ["1", "0"]])
            await store.close()
        }
    }

    @Test func `a reader cannot write`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let reader = InboxReader(path: folder.path)
            await #expect(throws: StoreError.self) {
                let nothing: Void = try await reader.read { try $0.execute(sql: "DELETE FROM webhook_queue") }
                return nothing
            }
            await reader.close()
            await store.close()
        }
    }

    @Test func `a reader that was closed stays closed`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let reader = InboxReader(path: folder.path)
            #expect(try await reader.statusCounts() == [:])
            await reader.close()
            await #expect(throws: StoreError.closed) {
                let counts: [EventStatus: Int] = try await reader.statusCounts()
                return counts
            }
            await store.close()
        }
    }

    @Test func `what was acknowledged is seen by the next look`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            for index in 0..<50 {
                let outcome = try #require(try await store.append([.sample("\(index)", to: [])]).first)
                #expect(try await store.event(outcome.id) != nil)
            }
            await store.close()
        }
    }
}
