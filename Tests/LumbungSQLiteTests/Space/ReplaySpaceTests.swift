import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

struct ReplaySpaceTests {
    @Test func `while the disk is short a replay of many starts nothing, and goes on afterwards`() async throws {
        try await InboxFolder.with { folder throws in
            let store = try SQLiteInbox(SQLiteOptions(path: folder.root + "/inbox.db"))
            _ = try await store.recover(now: NewEvent.sampleTime)
            let app = try #require(try await store.register(destinations: ["app"])["app"])
            _ = try await store.append([.sample("one", to: [])])
            let order = ReplayOrder(filter: EventFilter(), destination: app)
            let replay = try #require(try await store.beginReplay(order, now: NewEvent.sampleTime))
            let step = ReplayStep(
                replay: replay, events: [EventID(1)], position: EventID(1), isLast: true, configured: [app])
            let told = try await store.perform { session throws(StoreError) in
                session.isAdmitting = false
                return try session.advanceReplay(step, now: NewEvent.sampleTime)
            }
            #expect(told == .noSpace)
            #expect(try await store.replay(replay)?.status == .running)
            #expect(try await store.advanceReplay(step, now: NewEvent.sampleTime) == 1)
            #expect(try await store.advanceReplay(step, now: NewEvent.sampleTime) == nil)
            await store.close()
        }
    }
}
