import GRDBSQLite
import LumbungCore

/// What SQLite said when it failed.
struct SQLiteFailure: Error, Sendable {
    /// The extended result code.
    let code: Int32
    /// SQLite's own sentence.
    let message: String

    /// The last failure of a connection.
    static func current(of database: OpaquePointer, code: Int32) -> SQLiteFailure {
        let extended = unsafe sqlite3_extended_errcode(database)
        let message = unsafe String(cString: sqlite3_errmsg(database))
        return SQLiteFailure(code: extended == SQLITE_OK ? code : extended, message: message)
    }

    /// What it means to a caller of the store.
    ///
    /// A locked or full database is told apart from an I/O error, after which nothing is certain (PROMISES 8).
    var storeError: StoreError {
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .diskFull
        case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_ERROR, SQLITE_MISUSE, SQLITE_RANGE, SQLITE_TOOBIG:
            .invalid("\(message) (SQLite code \(code))")
        case SQLITE_INTERRUPT: .tooSlow
        default: .unknown("\(message) (SQLite code \(code))")
        }
    }
}
