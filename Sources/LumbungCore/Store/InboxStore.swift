/// Where events live: whole domain transactions, nothing of the database shows.
///
/// Every store passes the conformance suite of `LumbungTesting`. Wall-clock time is an input; nothing here reads a clock
/// except to honour the deadline of an ``AppendRequest``.
public protocol InboxStore: QuarantineStore, SecretStore {
    /// Gives every name a number, keeping known ones.
    /// - Throws: ``StoreError``.
    func register(destinations names: [String]) async throws(StoreError) -> [String: DestinationID]

    /// Voids the leases of earlier processes and counts what waits; called once before the first turn.
    ///
    /// A delivery whose attempts ended with the process ``poisonLimit`` times becomes `dead`.
    /// - Throws: ``StoreError``.
    func recover(now: Timestamp) async throws(StoreError) -> RecoveryReport

    /// Stores events, one transaction, all or nothing, without blocking the caller.
    ///
    /// Durability: the completion reports success only after the commit was flushed to disk. Requests that wait at the
    /// same time share one flush.
    func append(_ request: AppendRequest)

    /// Keeps a refused request in the bounded list; best effort, never waits.
    func reject(_ rejection: Rejection)

    /// Records results and hands out work in one transaction.
    ///
    /// Durability: records and counted attempts are committed before this returns.
    /// - Throws: ``StoreError``; then no record was taken and no lease handed out.
    func turn(_ turn: Turn) async throws(StoreError) -> TurnResult

    /// Takes back leases that ended, except those still held by the caller, and counts them as interrupted.
    ///
    /// A delivery of which ``poisonLimit`` attempts were interrupted becomes `dead`.
    /// - Returns: What was taken back.
    /// - Throws: ``StoreError``.
    func reclaim(now: Timestamp, except held: [LeaseKey]) async throws(StoreError) -> ReclaimReport

    /// Moves what waits along with a wall clock that was set, so that the jump neither freezes it nor makes it all due.
    ///
    /// A delivery that was never tried is due now at the latest; the wait of one that was tried keeps its length, and is
    /// never longer than `longestWait`.
    /// - Parameters:
    ///   - jump: How far the clock was set, forward or back; zero only holds the waits within their bound.
    ///   - now: The wall-clock time after the jump.
    ///   - longestWait: The longest wait that any destination's retry policy gives.
    /// - Throws: ``StoreError``; then nothing was moved.
    func clockMoved(by jump: Duration, now: Timestamp, longestWait: Duration) async throws(StoreError)

    /// Removes finished events that are older than the policy, and what has expired in quarantine, one bounded slice from
    /// `cursor` on.
    /// - Throws: ``StoreError``.
    func prune(_ policy: RetentionPolicy, now: Timestamp, after cursor: EventID) async throws(StoreError) -> PruneSlice

    /// Reads one event with its deliveries, or nil.
    /// - Throws: ``StoreError``.
    func event(_ id: EventID) async throws(StoreError) -> StoredEvent?

    /// Counts events by status; walks what it counts, so not for hot paths.
    /// - Throws: ``StoreError``.
    func statusCounts() async throws(StoreError) -> [EventStatus: Int]

    /// Counts the deliveries that wait or run, by destination; walks what it counts, so not for hot paths.
    /// - Throws: ``StoreError``.
    func openDeliveries() async throws(StoreError) -> [DestinationID: Int]

    /// Lists the kept rejections, newest first.
    /// - Throws: ``StoreError``.
    func rejections(limit: Int) async throws(StoreError) -> [Rejection]

    /// Tells whether a commit would succeed now.
    func health() async -> StoreHealth

    /// Returns once the store has stopped for good because of an I/O error, with the reason; or when it was closed, with nil.
    func failure() async -> String?

    /// Finishes what was handed in, releases everything held, and closes. Later calls fail with ``StoreError/closed``.
    func close() async
}
