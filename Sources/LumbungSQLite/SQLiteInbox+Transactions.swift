public import GRDB
public import LumbungCore
import Synchronization

extension SQLiteInbox: TransactionalStore {
    /// Completes a delivery together with a handler's own writes.
    ///
    /// The closure may write to tables of its own and read every table. Names that begin with `lumbung_` are the inbox's.
    /// What would touch the inbox's tables, SQLite's own, temporary ones, the transaction or the connection's settings is
    /// refused with `SQLITE_AUTH`; so are, with ``EffectRefused``, foreign keys to the inbox's tables. After a statement that rolls the whole transaction back every other one is refused, and
    /// the effect with it. It has ``SQLiteOptions/effectLimit`` for what it does, 1 s; a statement that runs longer is
    /// interrupted, and what ends too late is refused with ``EffectRefused/tooSlow(limit:)``. GRDB's observers of transactions and its `afterNextTransaction` never hear of these writes.
    public func complete<Value: Sendable>(
        _ record: DeliveryRecord, with effect: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await perform(
            EffectRun { session throws(StoreError) in try session.complete(record, with: effect) })
    }

    /// Writes to tables of one's own in the inbox's database, such as making them before the inbox is opened.
    ///
    /// Durability: when this returns, the writes are committed and flushed; when it throws, nothing of them is stored.
    /// What takes longer than ``SQLiteOptions/effectLimit``, such as an index over a great table, is done on a connection
    /// of one's own before the inbox is opened, or with another limit.
    /// - Parameter effect: Makes the writes, as for ``complete(_:with:)``. It may run again when the transaction had to be
    ///   repeated, so it must do nothing else.
    /// - Throws: What `effect` throws; ``EffectRefused``; ``StoreError``.
    public func write<Value: Sendable>(
        _ effect: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await perform(EffectRun { session throws(StoreError) in try session.write(effect) })
    }

    private func perform<Value>(_ run: EffectRun<Value>) async throws -> Value {
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            submit(run) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Hands an effect to the writer, and tells its end.
    func submit<Value>(_ run: EffectRun<Value>, completion: @escaping @Sendable (Result<Value, any Error>) -> Void) {
        submit { session throws(StoreError) in
            try run.execute(session)
        } completion: { result in
            switch result {
            case .success(let told): completion(told)
            case .failure(let error): completion(.failure(run.refusal ?? error))
            }
        }
    }
}

/// An effect on its way through the writer, which may need several transactions.
final class EffectRun<Value: Sendable>: Sendable {
    typealias Body = @Sendable (WriterSession) throws(StoreError) -> Result<Value, any Error>

    private let body: Body
    private let refused = Mutex<EffectRefused?>(nil)

    init(_ body: @escaping Body) {
        self.body = body
    }

    /// Why the effect is refused, once it took a whole transaction along.
    var refusal: EffectRefused? { refused.withLock { $0 } }

    /// Runs the effect inside the open transaction; one that was refused does not harm its neighbours again.
    func execute(_ session: WriterSession) throws(StoreError) -> Result<Value, any Error> {
        if let refusal { return .failure(refusal) }
        do throws(StoreError) {
            return try body(session)
        } catch {
            let refusal = session.refusal
            refused.withLock { $0 = refusal }
            throw error
        }
    }
}
