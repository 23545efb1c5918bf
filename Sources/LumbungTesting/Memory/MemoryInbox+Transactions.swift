public import LumbungCore
import Synchronization

/// What a handler writes through in a test.
public final class MemoryTransaction: Sendable {
    private let written = Mutex<[String]>([])

    /// Writes a text that shows in ``InboxModel/effects`` once the delivery is completed.
    public func write(_ text: String) {
        written.withLock { $0.append(text) }
    }

    fileprivate var texts: [String] { written.withLock { $0 } }
}

extension MemoryInbox: TransactionalStore {
    /// Completes a delivery together with a handler's own writes; a fault planned for a turn stands in its way.
    public func complete<Value: Sendable>(
        _ record: DeliveryRecord, with effect: @escaping @Sendable (MemoryTransaction) throws -> Value
    ) async throws -> Value {
        try change(.turn) { model throws(StoreError) in
            Result { () throws in
                var changed = model
                let work = Turn(
                    records: [record], claims: [], leaseLimit: 0, now: record.timing.endedAt,
                    leaseUntil: record.timing.endedAt)
                guard changed.perform(work).fenced == 0 else { throw LeaseLost() }
                let transaction = MemoryTransaction()
                let value = try effect(transaction)
                changed.effects += transaction.texts
                model = changed
                return value
            }
        }.get().get()
    }
}
