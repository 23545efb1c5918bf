import GRDBSQLite

/// The length of the write-ahead log in pages after the last commit, told by SQLite itself (`sqlite3_wal_hook`).
///
/// The hook replaces SQLite's own automatic checkpoint, which is a hook as well. The connection must outlive the gauge.
@safe final class LogGauge {
    private let connection: OpaquePointer
    private let cell: UnsafeMutablePointer<Int32>

    /// The pages in the log.
    var pages: Int { unsafe Int(cell.pointee) }

    init(_ connection: OpaquePointer) {
        unsafe self.connection = connection
        unsafe cell = .allocate(capacity: 1)
        unsafe cell.initialize(to: 0)
        unsafe _ = sqlite3_wal_hook(
            connection,
            { context, _, _, pages in
                unsafe context?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, cell)
    }

    /// The log was cut to nothing.
    func truncated() {
        unsafe cell.pointee = 0
    }

    deinit {
        unsafe _ = sqlite3_wal_hook(connection, nil, nil)
        unsafe cell.deallocate()
    }
}
