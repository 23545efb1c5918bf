import GRDB
import GRDBSQLite
import LumbungCore
import Synchronization

/// Looks into the file beside the writer: query-only, one at a time, each look bounded to ``deadline``.
final class InboxReader: Sendable {
    /// The longest a look may take; a longer one would hold the write-ahead log back (FAULTS W15).
    static let deadline: Duration = .seconds(2)

    private let path: String
    private let state = Mutex(State())

    private struct State {
        var queue: DatabaseQueue?
        var isClosed = false
    }

    init(path: String) {
        self.path = path
    }

    func close() {
        state.withLock { state in
            try? state.queue?.close()
            state = State(queue: nil, isClosed: true)
        }
    }

    /// Runs a look on the reader's own thread.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await opened().read { database in
                let guardian = unsafe ReadDeadline(database.sqliteConnection, Self.deadline)
                defer { guardian.lift() }
                return try body(database)
            }
        } catch let error as DatabaseError {
            throw SQLiteFailure(
                code: error.extendedResultCode.rawValue, message: error.message ?? "no reason given"
            ).storeError
        } catch {
            throw .closed
        }
    }

    private func opened() throws -> DatabaseQueue {
        try state.withLock { state in
            guard !state.isClosed else { throw StoreError.closed }
            if let queue = state.queue { return queue }
            var configuration = Configuration()
            configuration.label = "lumbung.reader"
            configuration.readonly = true
            configuration.busyMode = .timeout(1)
            let opened = try DatabaseQueue(path: path, configuration: configuration)
            try opened.inDatabase { try $0.execute(sql: "PRAGMA query_only = ON; PRAGMA cache_size = -2048") }
            state.queue = opened
            return opened
        }
    }
}
