import GRDBSQLite

/// Interrupts a statement that runs past its deadline, from inside SQLite's own loop, without a timer or a thread.
@safe final class ReadDeadline {
    private let connection: OpaquePointer?
    private let end: UnsafeMutablePointer<ContinuousClock.Instant>

    init(_ connection: OpaquePointer?, _ deadline: Duration) {
        unsafe self.connection = connection
        unsafe end = .allocate(capacity: 1)
        unsafe end.initialize(to: ContinuousClock.now.advanced(by: deadline))
        // Every 4,000 steps of SQLite's machine: well under a millisecond.
        unsafe sqlite3_progress_handler(
            connection, 4000,
            { context in
                guard let end = unsafe context?.assumingMemoryBound(to: ContinuousClock.Instant.self).pointee else {
                    return 0
                }
                return ContinuousClock.now >= end ? 1 : 0
            }, end)
    }

    /// Ends the watch.
    func lift() {
        unsafe sqlite3_progress_handler(connection, 0, nil, nil)
    }

    deinit {
        unsafe end.deallocate()
    }
}
