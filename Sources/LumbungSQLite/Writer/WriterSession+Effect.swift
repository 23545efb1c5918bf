import GRDB
import GRDBSQLite
import LumbungCore

extension WriterSession {
    /// Completes a delivery together with a handler's own writes, inside the open transaction.
    /// - Returns: What the effect returned, or why neither was done; others in the transaction are not touched by that.
    /// - Throws: ``StoreError`` when the whole transaction is lost.
    func complete<Value>(
        _ record: DeliveryRecord, with effect: (Database) throws -> Value
    ) throws(StoreError) -> Result<Value, any Error> {
        try undoable { () throws in
            guard try settle(record) else { throw LeaseLost() }
            return try run(effect)
        }
    }

    /// Makes writes to tables that are not the inbox's, inside the open transaction.
    /// - Throws: ``StoreError`` when the whole transaction is lost.
    func write<Value>(_ effect: (Database) throws -> Value) throws(StoreError) -> Result<Value, any Error> {
        try undoable { () throws in try run(effect) }
    }

    /// Does something that is undone as a whole when it fails, while the transaction goes on.
    private func undoable<Value>(_ body: () throws -> Value) throws(StoreError) -> Result<Value, any Error> {
        try execute("SAVEPOINT \(EffectGuard.savepoint)")
        let result = Result { try body() }
        // A full disk or an I/O error ends the whole transaction, and so the neighbours' work.
        guard isInTransaction else { throw Self.lost(result) }
        if case .failure = result { try execute("ROLLBACK TO \(EffectGuard.savepoint)") }
        try execute("RELEASE \(EffectGuard.savepoint)")
        return result
    }

    private func run<Value>(_ effect: (Database) throws -> Value) throws -> Value {
        guard let queue = effects else { throw StoreError.closed }
        return try queue.unsafeReentrantWrite { database in
            // The tables may have changed in ways that GRDB, whose hooks are gone, has not seen.
            database.clearSchemaCache()
            effectGuard.isOn = true
            defer { effectGuard.isOn = false }
            return try effect(database)
        }
    }

    private static func lost<Value>(_ result: Result<Value, any Error>) -> StoreError {
        guard case .failure(let error) = result else { return .invalid("the handler ended the transaction") }
        if let error = error as? StoreError { return error }
        guard let error = error as? DatabaseError else { return .invalid("the transaction was ended: \(error)") }
        return SQLiteFailure(
            code: error.extendedResultCode.rawValue, message: error.message ?? "no reason given"
        ).storeError
    }
}
