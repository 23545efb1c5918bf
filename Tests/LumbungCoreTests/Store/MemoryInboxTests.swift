import LumbungCore
import LumbungTesting
import Testing

/// The model behind the engine's tests is held to the same rules as a real store.
struct MemoryInboxTests {
    @Test(arguments: StoreCheck.all + StoreCheck.effects + StoreCheck.restarts)
    func conforms(_ check: StoreCheck) async throws {
        try await check.run(.memory)
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func `the model agrees with itself over a random life`(_ seed: UInt64) async throws {
        try await StoreRandomTest.run(seed: seed, steps: 300, factory: .memory)
    }

    @Test func `a planned fault fails one operation and changes nothing`() async throws {
        let store = MemoryInbox()
        store.failNext(.append, with: .busy)
        store.failNext(.append, with: .diskFull)
        for expected in [StoreError.busy, .diskFull] {
            let error = await #expect(throws: StoreError.self) {
                let outcomes: [AppendOutcome] = try await store.append([.sample("one", to: [])])
                return outcomes
            }
            #expect(error == expected)
        }
        #expect(store.model.eventIDs.isEmpty)
        #expect(try await store.append([.sample("one", to: [])]).map(\.kind) == [.queued])
    }

    @Test func `a held append is stored before anybody is told`() async throws {
        let store = MemoryInbox()
        store.hold(.append)
        async let outcomes = store.append([.sample("one", to: [])])
        await store.waitForHeld(1)
        #expect(store.model.eventIDs.count == 1)
        store.release()
        #expect(try await outcomes.map(\.kind) == [.queued])
    }

    @Test func `a failed store says unknown from then on, and tells who waits`() async {
        let store = MemoryInbox()
        async let reason = store.failure()
        store.fail("the disk is gone")
        #expect(await reason == "the disk is gone")
        #expect(await store.health() == .unavailable("the disk is gone"))
        let error = await #expect(throws: StoreError.self) {
            let counts: [EventStatus: Int] = try await store.statusCounts()
            return counts
        }
        #expect(error == .unknown("the disk is gone"))
    }

    @Test func `a test can wait for what will be stored`() async throws {
        let store = MemoryInbox()
        async let isThere: Void = store.wait { $0.eventIDs.count == 3 }
        _ = try await store.append((0..<3).map { .sample("\($0)", to: []) })
        await isThere
        #expect(store.model.statusCounts() == [.completed: 3])
    }
}
