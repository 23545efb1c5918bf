import LumbungCore
import Synchronization
import Testing

extension StoreCheck {
    /// The rules for stores that are ``TransactionalStore``, beside those for every store.
    public static let effects: [StoreCheck] = [
        StoreCheck("a delivery is completed together with an effect, which runs once") { bench async throws in
            let id = try await bench.queue("one")
            let runs = Count()
            let lease = try await bench.claimOne()
            let ended = bench.now.advanced(by: .seconds(2))
            let value = try await bench.complete(lease, endedAt: ended) { runs.add() }
            let stored = try await bench.event(id)
            #expect(stored.status == .completed && stored.attempts == 1 && stored.updatedAt == ended)
            #expect(stored.deliveries.first?.history.map(\.outcome) == [.delivered])
            #expect(value == 1 && runs.value == 1)
        },
        StoreCheck("an effect that fails leaves its delivery with its lease") { bench async throws in
            let id = try await bench.queue("one")
            let lease = try await bench.claimOne()
            await #expect(throws: Failed.self) { try await bench.complete(lease) { throw Failed() } }
            let running = try await bench.event(id)
            #expect(running.status == .processing && running.deliveries.first?.history.isEmpty == true)
            let value = try await bench.complete(lease) { 7 }
            #expect(value == 7)
            #expect(try await bench.event(id).status == .completed)
        },
        StoreCheck("an effect does not run without the lease") { bench async throws in
            let id = try await bench.queue("one")
            let old = try await bench.claimOne()
            try await bench.record(old, .retry(at: bench.now))
            let new = try await bench.claimOne()
            var foreign = new
            foreign.token += 1_000_000
            let runs = Count()
            for lease in [old, foreign] {
                await #expect(throws: LeaseLost()) { try await bench.complete(lease) { runs.add() } }
            }
            #expect(try await bench.event(id).status == .processing)
            try await bench.complete(new) { runs.add() }
            await #expect(throws: LeaseLost()) { try await bench.complete(new) { runs.add() } }
            #expect(runs.value == 1)
            #expect(try await bench.record(new, .dead) == 1)
            #expect(try await bench.event(id).status == .completed)
        },
        StoreCheck("an effect that fails does not harm those that are committed at the same time") {
            bench async throws in
            for index in 0..<20 { try await bench.queue("\(index)") }
            let leases = try await bench.claim()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, lease) in leases.enumerated() {
                    let store = bench.store
                    group.addTask {
                        let isFailing = index.isMultiple(of: 4)
                        let ended: Bool? = try? await StoreBench.complete(lease, in: store) {
                            if isFailing { throw Failed() }
                            return true
                        }
                        #expect((ended == nil) == isFailing)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await bench.store.statusCounts().filter { $0.value > 0 } == [.completed: 15, .processing: 5])
        },
        StoreCheck("a closed store runs no effect") { bench async throws in
            try await bench.queue("one")
            let lease = try await bench.claimOne()
            await bench.store.close()
            let runs = Count()
            await #expect(throws: StoreError.closed) { try await bench.complete(lease) { runs.add() } }
            #expect(runs.value == 0)
        },
    ]

    private struct Failed: Error {}

    /// How often an effect ran.
    private final class Count: Sendable {
        private let count = Mutex(0)

        var value: Int { count.withLock { $0 } }

        @discardableResult
        func add() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}

extension StoreBench {
    /// Completes a delivery together with an effect that needs nothing of the database.
    @discardableResult
    func complete<Value: Sendable>(
        _ lease: Lease, endedAt: Timestamp = NewEvent.sampleTime, _ effect: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await Self.complete(lease, in: store, endedAt: endedAt, effect)
    }

    static func complete<Value: Sendable>(
        _ lease: Lease, in store: any InboxStore, endedAt: Timestamp = NewEvent.sampleTime,
        _ effect: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let transactional = try #require(store as? any TransactionalStore)
        return try await complete(record(lease, .complete, endedAt: endedAt), in: transactional, effect)
    }

    private static func complete<Store: TransactionalStore, Value: Sendable>(
        _ record: DeliveryRecord, in store: Store, _ effect: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await store.complete(record) { _ in try effect() }
    }
}
