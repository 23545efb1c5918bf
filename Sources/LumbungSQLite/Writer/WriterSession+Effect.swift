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
        effectGuard.reset()
        refusal = nil
        try execute("SAVEPOINT \(EffectGuard.savepoint)")
        let result = Result { try body() }
        // The whole transaction has ended, and so the neighbours' work.
        guard isInTransaction, !effectGuard.isLost else { throw lost(result) }
        if case .failure = result { try execute("ROLLBACK TO \(EffectGuard.savepoint)") }
        try execute("RELEASE \(EffectGuard.savepoint)")
        return result
    }

    private func run<Value>(_ effect: (Database) throws -> Value) throws -> Value {
        guard let queue = effects else { throw StoreError.closed }
        return try queue.unsafeReentrantWrite { database in
            // The tables may have changed in ways that GRDB, whose hooks are gone, has not seen.
            database.clearSchemaCache()
            let value = try effectGuard.watching { try effect(database) }
            if effectGuard.rules.hasChangedTables { try EffectRules.checkTables(of: database) }
            return value
        }
    }

    /// What the end of the transaction means: the disk's fault, or the handler's.
    private func lost<Value>(_ result: Result<Value, any Error>) -> StoreError {
        var failures = [SQLiteFailure(code: effectGuard.lossCode, message: "a handler's statement failed")]
        var refused = EffectRefused.rolledBack("")
        if case .failure(let error) = result {
            if let error = error as? StoreError { return error }
            refused = error as? EffectRefused ?? .rolledBack("\(error)")
            if let error = error as? DatabaseError {
                failures.append(
                    SQLiteFailure(code: error.extendedResultCode.rawValue, message: error.message ?? "\(error)"))
            }
        }
        if let failure = failures.first(where: \.isOfTheDisk) { return failure.storeError }
        refusal = refused
        return .invalid(refused.description)
    }
}

extension SQLiteFailure {
    /// Whether the disk or the file is at fault, and not a statement.
    fileprivate var isOfTheDisk: Bool {
        [
            SQLITE_FULL, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_NOMEM,
        ].contains(code & 0xFF)
    }
}
