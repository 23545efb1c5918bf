import GRDBSQLite
import LumbungCore

/// A prepared statement of the writer, on SQLite's C API.
///
/// Lives on the writer's thread only. Why not GRDB's: see docs/decisions/0008.
@safe final class Statement {
    private let handle: OpaquePointer
    private let database: OpaquePointer
    /// The first refusal of a value since the last run; told by ``step()``.
    private var bindCode = SQLITE_OK

    /// Prepares `sql` to be run many times.
    /// - Throws: ``StoreError/invalid(_:)`` for SQL that does not fit the schema.
    init(_ database: OpaquePointer, _ sql: String) throws(StoreError) {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else {
            throw unsafe SQLiteFailure.current(of: database, code: code).storeError
        }
        unsafe self.handle = prepared
        unsafe self.database = database
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    /// Binds a number.
    func bind(_ index: Int32, _ value: Int64) {
        note(unsafe sqlite3_bind_int64(handle, index, value))
    }

    /// Binds a number or NULL.
    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { note(unsafe sqlite3_bind_null(handle, index)) }
    }

    /// Binds text; SQLite keeps a copy.
    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            unsafe bindText(index, UnsafeRawBufferPointer(bytes))
        }
    }

    /// Binds bytes as text, whatever they are: they come back byte for byte when they are read as bytes.
    func bind(_ index: Int32, text bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe bindText(index, $0) }
    }

    /// Binds bytes.
    func bind(_ index: Int32, blob bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { raw in
            if let base = raw.baseAddress {
                unsafe note(sqlite3_bind_blob64(handle, index, base, UInt64(raw.count), Self.transient))
            } else {
                unsafe note(sqlite3_bind_zeroblob(handle, index, 0))
            }
        }
    }

    /// Runs a statement that answers no rows, and makes it ready for the next time.
    /// - Returns: How many rows it changed.
    @discardableResult
    func run() throws(StoreError) -> Int {
        _ = try step()
        let changed = unsafe Int(sqlite3_changes(database))
        reset()
        return changed
    }

    /// Moves to the next row.
    /// - Returns: Whether there is one.
    /// - Throws: What SQLite said, also of a value that it did not take, such as one beyond its length limit.
    func step() throws(StoreError) -> Bool {
        guard bindCode == SQLITE_OK else {
            let refused = unsafe SQLiteFailure(code: bindCode, message: String(cString: sqlite3_errstr(bindCode)))
            reset()
            throw refused.storeError
        }
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let failure = unsafe SQLiteFailure.current(of: database, code: code)
            reset()
            throw failure.storeError
        }
    }

    /// Makes the statement ready for the next run.
    func reset() {
        bindCode = SQLITE_OK
        unsafe sqlite3_reset(handle)
    }

    /// The number in a column of the present row.
    func int(_ column: Int32) -> Int64 {
        unsafe sqlite3_column_int64(handle, column)
    }

    /// The text in a column of the present row; invalid UTF-8 is repaired.
    func text(_ column: Int32) -> String {
        unsafe String(decoding: rawBytes(column), as: UTF8.self)
    }

    /// The bytes in a column of the present row.
    func bytes(_ column: Int32) -> [UInt8] {
        unsafe Array(rawBytes(column))
    }

    private func rawBytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let base = unsafe sqlite3_column_blob(handle, column)
        return unsafe UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(handle, column)))
    }

    private func bindText(_ index: Int32, _ raw: UnsafeRawBufferPointer) {
        // An empty buffer may have no address, and a null pointer would bind NULL.
        guard let base = raw.baseAddress else {
            unsafe note(sqlite3_bind_text(handle, index, "", 0, Self.transient))
            return
        }
        unsafe note(
            sqlite3_bind_text64(
                handle, index, base.assumingMemoryBound(to: CChar.self), UInt64(raw.count), Self.transient,
                UInt8(SQLITE_UTF8)))
    }

    private func note(_ code: Int32) {
        if bindCode == SQLITE_OK { bindCode = code }
    }

    /// SQLITE_TRANSIENT, which the importer cannot express: "make your own copy".
    private static var transient: sqlite3_destructor_type {
        unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }
}
