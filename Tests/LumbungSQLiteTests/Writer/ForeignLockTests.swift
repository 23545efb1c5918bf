import GRDB
import LumbungCore
import LumbungSQLite
import LumbungTesting
import Testing

/// Another program holds the write lock: callers are told in time, nothing is lost, and everything goes on afterwards.
struct ForeignLockTests {
    @Test func `callers are told busy after their patience, and the store recovers by itself`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open(busyTimeout: .milliseconds(80))
            let foreign = try folder.foreignConnection()
            try await foreign.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            await #expect(throws: StoreError.busy) {
                let outcomes: [AppendOutcome] = try await store.append(
                    [.sample("one", to: [])], deadline: .milliseconds(200))
                return outcomes
            }
            let now = NewEvent.sampleTime
            await #expect(throws: StoreError.busy) {
                let report: RecoveryReport = try await store.recover(now: now)
                return report
            }
            #expect(await store.health() == .unavailable(StoreError.busy.sentence))
            #expect(try await store.statusCounts() == [:], "reading goes on beside the lock")
            try await foreign.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            #expect(await store.health() == .ready)
            #expect(try await store.append([.sample("one", to: [])]).map(\.kind) == [.queued])
            await store.close()
        }
    }

    @Test func `requests that wait at the same time share commits`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let foreign = try folder.foreignConnection()
            let before = try WriteAheadLog(of: folder.path).commits
            try await foreign.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let (results, told) = AsyncStream<Result<[AppendOutcome], StoreError>>.makeStream()
            for index in 0..<50 {
                store.append(
                    AppendRequest(events: [.sample("\(index)", to: [])], deadline: .now.advanced(by: .seconds(60))) {
                        told.yield($0)
                    })
            }
            try await foreign.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            var ids: [Int64] = []
            for await result in results.prefix(50) { ids += try result.get().map(\.id.value) }
            #expect(ids == Array(1...50), "told in the order in which they were handed in")
            let commits = try WriteAheadLog(of: folder.path).commits - before
            // The writer waits with what it had when the lock met it; the rest goes into one group.
            #expect((1...2).contains(commits), "\(commits) commits for 50 requests")
            await store.close()
        }
    }

    @Test func `an impatient request takes nobody along who can still wait`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open()
            let foreign = try folder.foreignConnection()
            try await foreign.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            // The first meets the lock alone; the other two make up the next group.
            async let plug = Self.outcome {
                try await store.append([.sample("1", to: [])], deadline: .milliseconds(100))
            }
            async let short = Self.outcome {
                try await store.append([.sample("2", to: [])], deadline: .milliseconds(300))
            }
            async let patient = Self.outcome { try await store.append([.sample("3", to: [])], deadline: .seconds(60)) }
            #expect([await plug, await short] == [.busy, .busy])
            try await foreign.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            #expect(await patient == nil)
            #expect(try await store.statusCounts() == [.completed: 1])
            await store.close()
        }
    }

    @Test func `closing under a foreign lock tells everybody and ends`() async throws {
        try await InboxFolder.with { folder in
            let store = try folder.open(busyTimeout: .milliseconds(50))
            let foreign = try folder.foreignConnection()
            try await foreign.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let patience = Duration.milliseconds(150)
            async let result = Self.outcome { try await store.append([.sample("one", to: [])], deadline: patience) }
            async let turn = Self.outcome { try await store.recover(now: NewEvent.sampleTime) }
            let errors = [await result, await turn]
            #expect(errors == [.busy, .busy])
            await store.close()
            try await foreign.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            try foreign.close()
            let again = try folder.open()
            #expect(try await again.statusCounts() == [:])
            await again.close()
        }
    }

    private static func outcome(_ call: () async throws -> some Sendable) async -> StoreError? {
        do {
            _ = try await call()
            return nil
        } catch {
            return error as? StoreError
        }
    }
}
