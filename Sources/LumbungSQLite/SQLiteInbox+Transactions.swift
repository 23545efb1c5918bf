public import GRDB
public import LumbungCore

extension SQLiteInbox: TransactionalStore {
    /// Completes a delivery together with a handler's own writes.
    ///
    /// The closure may write to tables of its own and read every table. What would touch the inbox's tables, the
    /// transaction or the connection's settings is refused with `SQLITE_AUTH`.
    public func complete<Value: Sendable>(
        _ record: DeliveryRecord, with effect: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await perform { session throws(StoreError) in try session.complete(record, with: effect) }.get()
    }

    /// Writes to tables of one's own in the inbox's database, such as making them before the inbox is opened.
    ///
    /// Durability: when this returns, the writes are committed and flushed; when it throws, nothing of them is stored.
    /// - Parameter effect: Makes the writes, as for ``complete(_:with:)``.
    /// - Throws: What `effect` throws; ``StoreError``.
    public func write<Value: Sendable>(
        _ effect: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await perform { session throws(StoreError) in try session.write(effect) }.get()
    }
}
