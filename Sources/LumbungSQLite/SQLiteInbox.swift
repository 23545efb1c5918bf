import Foundation
import GRDB
public import LumbungCore

/// An inbox in one SQLite file, for one process.
///
/// One thread writes; everything that waits at the same time shares one commit and one flush (`synchronous=FULL` in WAL
/// mode). One reader looks beside it, bounded in time. The file may be read by any other program while it is open.
public final class SQLiteInbox: InboxStore {
    let desk: WriterDesk
    let reader: InboxReader
    private let busyTimeout: Duration
    private let remarks: [String]

    /// Opens or makes the file, brings its schema up to date and starts the writer's thread.
    /// - Throws: ``DatabaseFileProblem``; the file is as it was found.
    public init(_ options: SQLiteOptions) throws(DatabaseFileProblem) {
        let connection = try WriterConnection(path: options.path, busyTimeout: options.busyTimeout)
        let desk = WriterDesk(limits: CommitQueue<WriterJob>.Limits())
        self.desk = desk
        self.remarks = connection.remarks
        self.busyTimeout = options.busyTimeout
        self.reader = InboxReader(path: options.path)
        let disk = DiskSpace(databasePath: options.path)
        disk.layBallast()
        let thread = Thread {
            Self.write(connection, desk: desk, disk: disk, options: options)
        }
        thread.name = "lumbung.writer"
        thread.start()
    }

    private static func write(
        _ connection: WriterConnection, desk: WriterDesk, disk: DiskSpace, options: SQLiteOptions
    ) {
        defer {
            connection.lock.release(close(connection, desk: desk))
            desk.finish()
        }
        do throws(StoreError) {
            // From here on only this thread touches the connection; GRDB keeps it open and closes it.
            let pointer = unsafe connection.queue.unsafeReentrantRead { unsafe $0.sqliteConnection }
            guard let pointer = unsafe pointer else { throw StoreError.closed }
            var writer = Writer(
                session: try unsafe WriterSession(
                    pointer, effects: connection.queue, effectLimit: options.effectLimit),
                desk: desk, disk: disk, busyTimeout: options.busyTimeout)
            writer.run()
        } catch {
            desk.fail("the writer could not start: \(error)")
            desk.refuseWaiting()
        }
    }

    private static func close(_ connection: WriterConnection, desk: WriterDesk) -> FileLock.Ending {
        guard desk.failureReason == nil else {
            // Closing would copy the log back and flush once more, after a flush has failed. The process ends soon; the
            // next one finds out what is on the disk.
            _ = unsafe Unmanaged.passRetained(connection.queue)
            return .leftOpen
        }
        do {
            try connection.queue.close()
            return .inOrder
        } catch {
            return .leftOpen
        }
    }

    /// Hands events to the writer; see ``InboxStore``.
    public func append(_ request: AppendRequest) {
        desk.submit(request)
    }

    /// Leaves a refused request to be kept with the next commit.
    public func reject(_ rejection: Rejection) {
        desk.submit(rejection)
    }

    /// Gives every name a number, keeping known ones.
    public func register(destinations names: [String]) async throws(StoreError) -> [String: DestinationID] {
        try await perform { session throws(StoreError) in try session.register(names) }
    }

    /// Starts a new boot epoch and voids the leases of older ones.
    public func recover(now: Timestamp) async throws(StoreError) -> RecoveryReport {
        var report = try await perform { session throws(StoreError) in try session.recover(now: now) }
        report.remarks = remarks
        return report
    }

    /// Records results and hands out work in one transaction.
    public func turn(_ turn: Turn) async throws(StoreError) -> TurnResult {
        try await perform { session throws(StoreError) in try session.perform(turn) }
    }

    /// Takes back leases that ended and that nobody holds.
    public func reclaim(now: Timestamp, except held: [LeaseKey]) async throws(StoreError) -> ReclaimReport {
        try await perform { session throws(StoreError) in
            let back = try session.takeBack(endedBefore: now, except: Set(held), now: now)
            return ReclaimReport(returned: back.interrupted, poisoned: back.poisoned)
        }
    }

    /// Moves what waits along with a wall clock that was set.
    public func clockMoved(by jump: Duration, now: Timestamp, longestWait: Duration) async throws(StoreError) {
        try await perform { session throws(StoreError) in
            try session.moveDueTimes(by: jump, now: now, longestWait: longestWait)
        }
    }

    /// Removes one slice of finished events past their retention.
    public func prune(
        _ policy: RetentionPolicy, now: Timestamp, after cursor: EventID
    ) async throws(StoreError) -> PruneSlice {
        try await perform { session throws(StoreError) in try session.prune(policy, now: now, after: cursor) }
    }

    /// Reads one event beside the writer, within two seconds.
    public func event(_ id: EventID) async throws(StoreError) -> StoredEvent? {
        try await reader.event(id)
    }

    /// Counts events by status beside the writer, within two seconds.
    public func statusCounts() async throws(StoreError) -> [EventStatus: Int] {
        try await reader.statusCounts()
    }

    /// Counts the open deliveries by destination beside the writer, within two seconds.
    public func openDeliveries() async throws(StoreError) -> [DestinationID: Int] {
        try await reader.openDeliveries()
    }

    /// Lists the kept rejections, newest first.
    public func rejections(limit: Int) async throws(StoreError) -> [Rejection] {
        try await reader.rejections(limit: limit)
    }

    /// Tells whether a commit succeeds now, by making one.
    public func health() async -> StoreHealth {
        do throws(StoreError) {
            // An empty job still begins and commits: whoever answers "ready" has just done it.
            return try await perform { session throws(StoreError) in
                guard session.isAdmitting else { return .unavailable(StoreError.diskFull.sentence) }
                try session.execute("UPDATE meta SET value = value WHERE key = 'boot_epoch'")
                return .ready
            }
        } catch {
            return .unavailable(error.sentence)
        }
    }

    /// Waits for the end of the writer and tells why it failed, if it did.
    public func failure() async -> String? {
        await desk.failure()
    }

    /// Finishes what was handed in, copies the log into the file and closes it.
    public func close() async {
        // The writer closes last: it alone may copy the log back.
        await reader.close()
        desk.close()
        _ = await desk.failure()
    }

    /// Runs work on the writer's thread inside its next group.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (WriterSession) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            submit(body) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Hands work to the writer, and tells its end.
    func submit<Value: Sendable>(
        _ body: @escaping @Sendable (WriterSession) throws(StoreError) -> Value,
        completion: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) {
        desk.submit(
            WriterJob(
                deadline: .now.advanced(by: busyTimeout),
                execute: { session throws(StoreError) in
                    let value = try body(session)
                    return WriterJob.Told(success: { completion(.success(value)) })
                },
                fail: { completion(.failure($0)) }
            ))
    }
}
