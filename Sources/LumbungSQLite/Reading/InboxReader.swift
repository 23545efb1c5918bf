import Dispatch
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
    /// Where the connection is opened and closed, which blocks on the disk (FAULTS W48).
    private let door = DispatchQueue(label: "lumbung.reader.door")

    private struct State {
        var queue: DatabaseQueue?
        var isClosed = false
    }

    init(path: String) {
        self.path = path
    }

    /// Closes the connection once the look that runs has ended; later looks are refused.
    func close() async {
        await onDoor {
            let queue = self.state.withLock { state in
                defer { state = State(queue: nil, isClosed: true) }
                return state.queue
            }
            // The only error is that a statement still runs; the process's end closes the rest.
            try? queue?.close()
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

    private func opened() async throws -> DatabaseQueue {
        if let queue = state.withLock({ $0.queue }) { return queue }
        return try await onDoor { Result { try self.open() } }.get()
    }

    /// Opens the connection, unless somebody in front has done so.
    private func open() throws -> DatabaseQueue {
        let known = state.withLock { $0 }
        guard !known.isClosed else { throw StoreError.closed }
        if let queue = known.queue { return queue }
        var configuration = Configuration()
        configuration.label = "lumbung.reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(1)
        let opened = try DatabaseQueue(path: path, configuration: configuration)
        try opened.inDatabase { try $0.execute(sql: "PRAGMA query_only = ON; PRAGMA cache_size = -2048") }
        state.withLock { $0.queue = opened }
        return opened
    }

    private func onDoor<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            door.async { continuation.resume(returning: body()) }
        }
    }
}
