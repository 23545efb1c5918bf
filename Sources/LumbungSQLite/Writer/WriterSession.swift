import GRDB
import GRDBSQLite
import LumbungCore

/// The one connection that writes: its prepared statements and what it remembers between transactions.
///
/// Lives on the writer's thread only; nothing of it is shared.
@safe final class WriterSession {
    let connection: OpaquePointer
    let statements: PreparedStatements
    /// GRDB's side of the connection, for what handlers write; nil in a session that takes none.
    let effects: DatabaseQueue?
    let effectGuard: EffectGuard
    /// Why the last effect was refused when the whole transaction went with it.
    var refusal: EffectRefused?
    /// Whether new events are let in at present, by the space on the disk.
    var isAdmitting = true
    /// Whether requests are kept at present that did not prove who sent them.
    var isKeepingStrangers = true
    /// How many requests in quarantine were removed because their time was over, since that was told last.
    var expiredStrangers = 0
    /// The source that was given something last, by queue; the next one in the alphabet comes first then.
    var lastServed: [DueQueue: String] = [:]
    /// The upper half of every fencing token handed out by this process.
    private(set) var bootEpoch: Int64 = 0
    private var nextToken: Int64 = 0
    /// The id of the last event of the open or last transaction.
    private var lastEventID: Int64 = 0
    private var timestampText = (milliseconds: Int64.min, text: "")

    /// Prepares every statement on a connection whose schema is up to date.
    /// - Parameters:
    ///   - connection: The connection.
    ///   - effects: GRDB's side of it.
    ///   - effectLimit: How long a handler's closure may take.
    init(
        _ connection: OpaquePointer, effects: DatabaseQueue? = nil, effectLimit: Duration = SQLiteOptions.effectLimit
    ) throws(StoreError) {
        unsafe self.connection = connection
        self.effects = effects
        // GRDB opened the connection and watches its transactions through these hooks; statements that it does not run
        // would meet its observers in a state they do not expect. The guard takes the place of two of them.
        unsafe _ = sqlite3_update_hook(connection, nil, nil)
        unsafe effectGuard = EffectGuard(connection, limit: effectLimit)
        self.statements = try unsafe PreparedStatements(connection)
        try readLastEventID()
    }

    /// Runs statements without parameters.
    func execute(_ sql: String) throws(StoreError) {
        let code = unsafe sqlite3_exec(connection, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw unsafe SQLiteFailure.current(of: connection, code: code).storeError }
    }

    /// Begins a writing transaction, waiting for a foreign lock at most `patience`.
    func begin(patience: Duration) throws(StoreError) {
        unsafe sqlite3_busy_timeout(connection, Int32(clamping: max(1, patience.wholeMilliseconds)))
        try execute("BEGIN IMMEDIATE")
    }

    /// Commits and flushes.
    ///
    /// An I/O error here leaves open whether the commit is on disk; it is told as ``StoreError/unknown(_:)``.
    func commit() throws(StoreError) {
        try execute("COMMIT")
    }

    /// Ends a transaction that may or may not be open.
    func rollback() {
        guard isInTransaction else { return }
        unsafe sqlite3_exec(connection, "ROLLBACK", nil, nil, nil)
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(connection) == 0 }

    /// A token that no other lease of this file ever had: the boot epoch above, a counter below.
    func makeToken() -> Int64 {
        nextToken += 1
        return bootEpoch << Self.tokenCounterBits | nextToken
    }

    /// Room for 2^40 leases of one process, years at any rate, and for eight million starts.
    private static let tokenCounterBits: Int64 = 40

    /// Starts the numbering of a new boot.
    func enter(bootEpoch epoch: Int64) {
        bootEpoch = epoch
        nextToken = 0
        lastServed = [:]
    }

    /// The stored form of a point in time; one group mostly has one.
    func text(of time: Timestamp) -> String {
        if timestampText.milliseconds != time.milliseconds {
            timestampText = (time.milliseconds, time.iso8601)
        }
        return timestampText.text
    }

    /// The id for one more event.
    ///
    /// Given by the writer, so that a duplicate uses none up; taken only once it is stored.
    var nextEventID: Int64 { lastEventID + 1 }

    /// Takes note that an event was stored under ``nextEventID``.
    func tookEventID() {
        lastEventID += 1
    }

    /// Learns the last id from the file; a removed one never comes back.
    func readLastEventID() throws(StoreError) {
        let query = try unsafe Statement(connection, Statements.lastEventID)
        _ = try query.step()
        lastEventID = query.int(0)
    }
}

/// The writer's statements, prepared once.
struct PreparedStatements {
    let insertEvent, insertDelivery, insertOrderedDelivery, findIdentity, countDuplicate, keepConflict,
        reviveDeliveries: Statement
    let insertRejection, trimRejections: Statement
    let dueDeliveries, nextSource, leaseDelivery, leasedFanout, settleDelivery, releaseDelivery,
        insertAttempt: Statement
    let setEventStatus, deliveryStates: Statement

    init(_ connection: OpaquePointer) throws(StoreError) {
        func prepare(_ sql: String) throws(StoreError) -> Statement { try unsafe Statement(connection, sql) }
        insertEvent = try prepare(Statements.insertEvent)
        insertDelivery = try prepare(Statements.insertDelivery)
        insertOrderedDelivery = try prepare(Statements.insertOrderedDelivery)
        findIdentity = try prepare(Statements.findIdentity)
        countDuplicate = try prepare(Statements.countDuplicate)
        keepConflict = try prepare(Statements.keepConflict)
        reviveDeliveries = try prepare(Statements.reviveDeliveries)
        insertRejection = try prepare(Statements.insertRejection)
        trimRejections = try prepare(Statements.trimRejections)
        dueDeliveries = try prepare(Statements.dueDeliveries)
        nextSource = try prepare(Statements.nextSource)
        leaseDelivery = try prepare(Statements.leaseDelivery)
        leasedFanout = try prepare(Statements.leasedFanout)
        settleDelivery = try prepare(Statements.settleDelivery)
        releaseDelivery = try prepare(Statements.releaseDelivery)
        insertAttempt = try prepare(Statements.insertAttempt)
        setEventStatus = try prepare(Statements.setEventStatus)
        deliveryStates = try prepare(Statements.deliveryStates)
    }
}

extension WriterSession {
    /// The bytes of free pages inside the file, which are filled before it grows.
    var reusableBytes: Int64 { number("PRAGMA freelist_count") * pageBytes }

    /// The size of a page of the file.
    var pageBytes: Int64 { number("PRAGMA page_size") }

    /// The number that a pragma tells; 0 when it cannot be asked, which admits less rather than more.
    private func number(_ pragma: String) -> Int64 {
        guard let statement = try? unsafe Statement(connection, pragma), (try? statement.step()) == true else {
            return 0
        }
        return statement.int(0)
    }
}
