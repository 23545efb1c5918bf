public import LumbungCore
import Synchronization

extension Delivery {
    /// Completes this delivery together with writes to the inbox's own database: both commit, or neither.
    ///
    /// Delivery: the writes of an event that is delivered once are made exactly once, over kills and restarts. When this
    /// returns the delivery is completed, whatever the handler does afterwards; when it throws, nothing of it was stored.
    ///
    /// ```swift
    /// setup.handler("ledger") { delivery in
    ///     let receipt = try delivery.decode(Receipt.self)
    ///     try await delivery.withTransaction(in: store) { database in
    ///         try database.execute(sql: "INSERT INTO ledger (uuid) VALUES (?)", arguments: [receipt.uuid])
    ///     }
    /// }
    /// ```
    /// - Parameters:
    ///   - store: The store that the inbox was opened with.
    ///   - effect: Makes the writes. It may run again when the transaction had to be repeated, so it must do nothing else;
    ///     it runs on the store's one writing thread, and every sender waits for it: keep it short. A store refuses what
    ///     takes too long; in SQLite the limit is 1 s unless it was opened with another.
    /// - Throws: ``LeaseLost`` when the delivery was completed already, when its lease has been given away, or when it is
    ///   one of another store; what `effect` throws; ``EffectRefused``; ``StoreError``. Thrown on by the handler each is a failure that is
    ///   tried again.
    public func withTransaction<Store: TransactionalStore, Value: Sendable>(
        in store: Store, _ effect: @escaping @Sendable (Store.Transaction) throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        let value = try await store.complete(completion.record(), with: effect)
        completion.finish()
        return value
    }
}

/// Whether a handler has completed its delivery by itself.
final class DeliveryCompletion: Sendable {
    private let done = Atomic(false)
    private let attempt: Attempt
    private let wallClock: @Sendable () -> Timestamp
    private let started = ContinuousClock.now

    init(_ attempt: Attempt, wallClock: @escaping @Sendable () -> Timestamp) {
        self.attempt = attempt
        self.wallClock = wallClock
    }

    /// Whether the store has the result.
    var isDone: Bool { done.load(ordering: .acquiring) }

    /// Takes note that the store has the result.
    func finish() {
        done.store(true, ordering: .releasing)
    }

    /// The result of the attempt, ending now by both clocks, as a worker has it: the wall clock may have been set since.
    func record() -> DeliveryRecord {
        DeliveryRecord(
            lease: attempt.lease, outcome: .delivered, decision: .complete,
            timing: AttemptTiming(
                startedAt: attempt.startedAt, endedAt: wallClock(), duration: ContinuousClock.now - started))
    }
}
