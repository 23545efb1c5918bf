import Dispatch
import GRDB
import GRDBSQLite
import LumbungCore

/// The writer's thread: takes groups from the desk, commits each with one flush, and only then tells who waits.
///
/// Everything in here runs on one thread; it is the only place that writes to the file or copies its log back.
struct Writer {
    let session: WriterSession
    let desk: WriterDesk
    let disk: DiskSpace
    let busyTimeout: Duration
    var floor = AdmissionFloor()
    var pacer = CheckpointPacer()
    private let clock = ContinuousClock()
    private var log: LogGauge
    private var nextMeasurement: ContinuousClock.Instant
    private let fileNumber: UInt64?

    init(session: WriterSession, desk: WriterDesk, disk: DiskSpace, busyTimeout: Duration) {
        self.session = session
        self.desk = desk
        self.disk = disk
        self.busyTimeout = busyTimeout
        self.log = unsafe LogGauge(session.connection)
        self.nextMeasurement = clock.now
        self.fileNumber = disk.fileNumber()
    }

    /// Runs until the desk is closed and drained, or the store fails.
    mutating func run() {
        while let group = desk.next(clock: clock) {
            for late in group.expired { late.completion(.failure(.busy)) }
            if let reason = desk.failureReason {
                tell(group, .unknown(reason))
                continue
            }
            process(group)
            checkpointIfDue()
        }
        if desk.failureReason == nil { checkpoint(truncating: true) }
    }

    private mutating func process(_ group: CommitQueue<WriterJob>.Group) {
        let isOpen = measureSpace()
        session.isAdmitting = isOpen
        if let reason = desk.failureReason { return tell(group, .unknown(reason)) }
        if !isOpen { for request in group.appends { request.completion(.failure(.diskFull)) } }
        let appends = isOpen ? group.appends : []
        guard !appends.isEmpty || !group.work.isEmpty else { return }
        do throws(StoreError) {
            try session.begin(patience: patience(for: appends, group.work))
        } catch {
            couldNotBegin(appends, group.work, error)
            return
        }
        commitTogether(appends, group.work)
    }

    /// One transaction for all; when one of them cannot be done, each gets its own so that a neighbour does no harm.
    private mutating func commitTogether(_ appends: [AppendRequest], _ work: [WriterJob], isLastTry: Bool = false) {
        do throws(StoreError) {
            if isLastTry { try session.begin(patience: busyTimeout) }
            var outcomes: [[AppendOutcome]] = []
            outcomes.reserveCapacity(appends.count)
            for request in appends { outcomes.append(try session.append(request)) }
            var told: [WriterJob.Told] = []
            for job in work { told.append(try job.execute(session)) }
            try session.commit()
            for (request, outcome) in zip(appends, outcomes) { request.completion(.success(outcome)) }
            for each in told { each.success() }
        } catch {
            session.rollback()
            if appends.count + work.count > 1, !error.endsTheStore {
                commitApart(appends, work)
            } else if meet(error) == .madeRoom, appends.isEmpty, !isLastTry {
                commitTogether(appends, work, isLastTry: true)
            } else {
                for request in appends { request.completion(.failure(error)) }
                for job in work { job.fail(error) }
            }
        }
    }

    private mutating func commitApart(_ appends: [AppendRequest], _ work: [WriterJob]) {
        // Results and repair first: they free what a full disk needs.
        for job in work { commitAlone([], [job]) }
        for request in appends {
            // The room that was made on a full disk is for results, not for new events.
            if floor.isOpen { commitAlone([request], []) } else { request.completion(.failure(.diskFull)) }
        }
    }

    private mutating func commitAlone(_ appends: [AppendRequest], _ work: [WriterJob]) {
        if let reason = desk.failureReason {
            for request in appends { request.completion(.failure(.unknown(reason))) }
            for job in work { job.fail(.unknown(reason)) }
            return
        }
        do throws(StoreError) {
            try session.begin(patience: patience(for: appends, work))
        } catch {
            couldNotBegin(appends, work, error)
            return
        }
        commitTogether(appends, work)
    }

    /// Somebody else holds the lock, or worse: who can still wait goes back into the queue.
    private mutating func couldNotBegin(_ appends: [AppendRequest], _ work: [WriterJob], _ error: StoreError) {
        session.rollback()
        guard error == .busy else {
            meet(error)
            for request in appends { request.completion(.failure(error)) }
            for job in work { job.fail(error) }
            return
        }
        let now = clock.now
        for request in appends where request.deadline <= now { request.completion(.failure(.busy)) }
        for job in work where job.deadline <= now { job.fail(.busy) }
        desk.putBack(appends.filter { $0.deadline > now }, work: work.filter { $0.deadline > now })
    }

    /// What was done about an error.
    private enum Remedy {
        case none
        /// The ballast was given up: what finishes and repairs may try once more.
        case madeRoom
    }

    @discardableResult
    private mutating func meet(_ error: StoreError) -> Remedy {
        switch error {
        case .diskFull:
            floor.metFullDisk()
            // Nor may what runs once more keep anything new in the room that is made for it.
            session.isAdmitting = false
            nextMeasurement = clock.now.advanced(by: .milliseconds(250))
            return disk.dropBallast() ? .madeRoom : .none
        case .unknown(let reason):
            desk.fail(reason)
        case .busy, .overloaded, .closed, .invalid, .tooSlow:
            break
        }
        return .none
    }

    /// How long the group may wait for a foreign lock: until its least patient member gives up.
    private func patience(for appends: [AppendRequest], _ work: [WriterJob]) -> Duration {
        let now = clock.now
        let shortest = (appends.map(\.deadline) + work.map(\.deadline)).min().map { $0 - now } ?? busyTimeout
        return min(max(shortest, .milliseconds(1)), busyTimeout)
    }

    private func tell(_ group: CommitQueue<WriterJob>.Group, _ error: StoreError) {
        for request in group.appends { request.completion(.failure(error)) }
        for job in group.work { job.fail(error) }
    }

    // MARK: Space

    /// Looks whether the file is still where it was, before every group, and reads the free space now and then.
    ///
    /// Where it is short, the log is copied first: what it holds may still make the
    /// database grow, and its own space comes back.
    private mutating func measureSpace() -> Bool {
        guard disk.isStillThere(fileNumber) else {
            desk.fail(
                "the database file was deleted, moved or replaced while the server runs, so that this process writes to a "
                    + "file that nobody else can see; put the right file back, or restore a backup")
            return false
        }
        guard clock.now >= nextMeasurement, var space = disk.read() else { return floor.isOpen }
        if floor.isShort(space, logBytes: logBytes) {
            checkpoint(truncating: true)
            space = disk.read() ?? space
        }
        let wasOpen = floor.isOpen
        let isOpen = floor.measured(space, logBytes: logBytes, reusableBytes: session.reusableBytes)
        session.isKeepingStrangers = isOpen && floor.hasRoomForStrangers(space, logBytes: logBytes)
        if isOpen && !wasOpen { disk.layBallast() }
        let interval: Duration =
            floor.isAmple(space, logBytes: logBytes) ? .milliseconds(100) : isOpen ? .zero : .milliseconds(250)
        nextMeasurement = clock.now.advanced(by: interval)
        return isOpen
    }

    /// What the log holds that may still make the database file grow.
    private var logBytes: Int64 { Int64(log.pages) * session.pageBytes }

    // MARK: The log

    /// How long the log may be while the disk is short: 256 KiB, well under the smallest floor.
    private static let shortLogPages = 64

    private mutating func checkpointIfDue() {
        guard desk.failureReason == nil else { return }
        if floor.isOpen {
            if pacer.isDue(logPages: log.pages) { checkpoint(truncating: false) }
        } else if log.pages >= Self.shortLogPages {
            // Results are still recorded while the disk is short; their log must not eat what is left.
            checkpoint(truncating: true)
        }
    }

    private mutating func checkpoint(truncating: Bool) {
        let started = clock.now
        var logPages: Int32 = 0
        var copiedPages: Int32 = 0
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        unsafe sqlite3_busy_timeout(session.connection, 1)
        let code = unsafe sqlite3_wal_checkpoint_v2(session.connection, nil, mode, &logPages, &copiedPages)
        switch code & 0xFF {
        case SQLITE_OK:
            if truncating { log.truncated() }
            pacer.copied(copiedPages: Int(copiedPages), logPages: Int(logPages), duration: clock.now - started)
        case SQLITE_BUSY, SQLITE_LOCKED:
            // A reader is in the way: the log stays as it is and a later copy goes on.
            pacer.copied(copiedPages: Int(copiedPages), logPages: Int(logPages), duration: clock.now - started)
        case SQLITE_FULL:
            meet(.diskFull)
        default:
            meet(unsafe SQLiteFailure.current(of: session.connection, code: code).storeError)
        }
    }
}

extension StoreError {
    /// Whether nothing more can be promised after it.
    fileprivate var endsTheStore: Bool {
        if case .unknown = self { true } else { false }
    }
}
