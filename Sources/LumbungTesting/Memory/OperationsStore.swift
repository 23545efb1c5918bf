public import LumbungCore
import Synchronization

/// A store whose operations answer what a test says, and which remembers what it was asked; the rest is a ``MemoryInbox``.
public final class OperationsStore: InboxOperations {
    /// What the operations answer, and what was asked.
    public struct State {
        /// The events by number.
        public var events: [EventID: StoredEvent] = [:]
        /// What a list answers.
        public var page = EventPage(events: [], next: nil)
        /// The destinations.
        public var records: [DestinationRecord] = []
        /// What a replay or a cancel answers.
        public var report: OperationReport? = OperationReport(changed: [], left: [:])
        /// What every operation fails with.
        public var fault: StoreError?
        /// The lists that were asked for.
        public var queries: [EventQuery] = []
        /// What was to be changed, a line each.
        public var calls: [String] = []
        /// The steps of bulk replays that were asked for.
        public var steps: [ReplayStep] = []
        /// What was asked of the quarantine, a line each.
        public var quarantineCalls: [String] = []
        /// Called once a captured secret is forgotten, before that is told.
        public var forgotten: @Sendable () -> Void = {}
    }

    private let state = Mutex(State())
    /// Everything else, and the replays.
    public let inner = MemoryInbox()

    /// Makes an empty one.
    public init() {}

    /// The lists that were asked for.
    public var queries: [EventQuery] { state.withLock { $0.queries } }
    /// What was to be changed, a line each.
    public var calls: [String] { state.withLock { $0.calls } }

    /// The steps of bulk replays that were asked for.
    public var steps: [ReplayStep] { state.withLock { $0.steps } }

    /// What was asked of the quarantine, a line each.
    public var quarantineCalls: [String] { state.withLock { $0.quarantineCalls } }

    /// Says what is answered from now on.
    public func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    private func perform<Value: Sendable>(_ body: (inout State) -> Value) throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = state.withLock { state in
            if let fault = state.fault { return .failure(fault) }
            return .success(body(&state))
        }
        return try result.get()
    }

    // MARK: Operations

    /// Answers the scripted page.
    public func events(_ query: EventQuery) async throws(StoreError) -> EventPage {
        try perform { state in
            state.queries.append(query)
            return state.page
        }
    }

    /// Answers the scripted report.
    public func replay(
        _ event: EventID, to destinations: [DestinationID]?, now: Timestamp
    ) async throws(StoreError) -> OperationReport? {
        try perform { state in
            let places = destinations.map { "\($0.map(\.value))" } ?? "own"
            state.calls.append("replay \(event.value) \(places) \(now.milliseconds)")
            return state.report
        }
    }

    /// Answers the scripted report.
    public func cancel(
        _ event: EventID, to destination: DestinationID?, now: Timestamp
    ) async throws(StoreError) -> OperationReport? {
        try perform { state in
            state.calls.append("cancel \(event.value) \(destination.map { "\($0.value)" } ?? "all")")
            return state.report
        }
    }

    /// Turns the switch of a record.
    public func pause(_ destination: DestinationID, _ isPaused: Bool) async throws(StoreError) {
        try perform { state in
            state.calls.append("pause \(destination.value) \(isPaused)")
            for index in state.records.indices where state.records[index].id == destination {
                state.records[index].isPaused = isPaused
            }
        }
    }

    /// Answers the scripted records.
    public func destinations() async throws(StoreError) -> [DestinationRecord] { try perform { $0.records } }

    /// Answers a scripted event.
    public func event(_ id: EventID) async throws(StoreError) -> StoredEvent? { try perform { $0.events[id] } }

    // MARK: The rest

    /// Asks the inbox inside.
    public func append(_ request: AppendRequest) {
        if let id = request.released { note("release \(id.value)") }
        inner.append(request)
    }

    /// Asks the inbox inside.
    public func reject(_ rejection: Rejection) { inner.reject(rejection) }
    /// Asks the inbox inside.
    public func health() async -> StoreHealth { await inner.health() }
    /// Asks the inbox inside.
    public func failure() async -> String? { await inner.failure() }
    /// Asks the inbox inside.
    public func close() async { await inner.close() }

    /// Asks the inbox inside.
    public func register(destinations names: [String]) async throws(StoreError) -> [String: DestinationID] {
        try await inner.register(destinations: names)
    }

    /// Asks the inbox inside.
    public func recover(now: Timestamp) async throws(StoreError) -> RecoveryReport { try await inner.recover(now: now) }
    /// Asks the inbox inside.
    public func turn(_ turn: Turn) async throws(StoreError) -> TurnResult { try await inner.turn(turn) }

    /// Asks the inbox inside.
    public func reclaim(now: Timestamp, except held: [LeaseKey]) async throws(StoreError) -> ReclaimReport {
        try await inner.reclaim(now: now, except: held)
    }

    /// Asks the inbox inside.
    public func clockMoved(by jump: Duration, now: Timestamp, longestWait: Duration) async throws(StoreError) {
        try await inner.clockMoved(by: jump, now: now, longestWait: longestWait)
    }

    /// Asks the inbox inside.
    public func prune(_ policy: RetentionPolicy, now: Timestamp, after cursor: EventID) async throws(StoreError)
        -> PruneSlice
    {
        try await inner.prune(policy, now: now, after: cursor)
    }

    /// Asks the inbox inside.
    public func statusCounts() async throws(StoreError) -> [EventStatus: Int] { try await inner.statusCounts() }
    /// Asks the inbox inside.
    public func openDeliveries() async throws(StoreError) -> [DestinationID: Int] { try await inner.openDeliveries() }
    /// Asks the inbox inside.
    public func rejections(limit: Int) async throws(StoreError) -> [Rejection] {
        try await inner.rejections(limit: limit)
    }

    // MARK: Quarantine

    /// Asks the inbox inside.
    public func quarantine(
        _ request: QuarantinedRequest, limits: QuarantineLimits,
        completion: @escaping @Sendable (Result<QuarantineOutcome, StoreError>) -> Void
    ) {
        inner.quarantine(request, limits: limits, completion: completion)
    }

    /// Asks the inbox inside.
    public func quarantined(_ query: QuarantineQuery) async throws(StoreError) -> QuarantinePage {
        try await inner.quarantined(query)
    }

    /// Asks the inbox inside.
    public func quarantined(_ id: QuarantineID) async throws(StoreError) -> QuarantinedRequest? {
        note("read \(id.value)")
        return try await inner.quarantined(id)
    }

    /// Asks the inbox inside.
    public func discard(quarantined ids: [QuarantineID]) async throws(StoreError) -> Int {
        note("discard \(ids.count)")
        return try await inner.discard(quarantined: ids)
    }

    private func note(_ call: String) { state.withLock { $0.quarantineCalls.append(call) } }

    // MARK: Audit

    /// Asks the inbox inside.
    public func begin(audit change: AuditedChange) async throws(StoreError) -> AuditID {
        try await inner.begin(audit: change)
    }

    /// Asks the inbox inside.
    public func end(audit id: AuditID, outcome: String) async throws(StoreError) {
        try await inner.end(audit: id, outcome: outcome)
    }

    /// Asks the inbox inside.
    public func audit(before: AuditID?, limit: Int) async throws(StoreError) -> [AuditEntry] {
        try await inner.audit(before: before, limit: limit)
    }

    // MARK: Secrets

    /// Asks the inbox inside.
    public func add(secretUses uses: [SecretUse]) async throws(StoreError) { try await inner.add(secretUses: uses) }
    /// Asks the inbox inside.
    public func secretUses() async throws(StoreError) -> [SecretUse] { try await inner.secretUses() }
    /// Asks the inbox inside.
    public func capturedSecrets() async throws(StoreError) -> [CapturedSecret] { try await inner.capturedSecrets() }

    /// Asks the inbox inside.
    public func capture(
        _ secret: CapturedSecret, completion: @escaping @Sendable (Result<Bool, StoreError>) -> Void
    ) {
        inner.capture(secret, completion: completion)
    }

    /// Asks the inbox inside.
    public func forget(capturedSecretOf source: String) async throws(StoreError) -> Bool {
        let wasKept = try await inner.forget(capturedSecretOf: source)
        state.withLock { $0.forgotten }()
        return wasKept
    }

    // MARK: Bulk replays

    /// Asks the inbox inside.
    public func beginReplay(_ order: ReplayOrder, now: Timestamp) async throws(StoreError) -> ReplayID? {
        try await inner.beginReplay(order, now: now)
    }

    /// Asks the inbox inside.
    public func advanceReplay(_ step: ReplayStep, now: Timestamp) async throws(StoreError) -> Int? {
        state.withLock { $0.steps.append(step) }
        return try await inner.advanceReplay(step, now: now)
    }

    /// Asks the inbox inside.
    public func cancelReplay(_ id: ReplayID, now: Timestamp) async throws(StoreError) -> Bool {
        try await inner.cancelReplay(id, now: now)
    }

    /// Asks the inbox inside.
    public func replay(_ id: ReplayID) async throws(StoreError) -> ReplayRecord? { try await inner.replay(id) }
    /// Asks the inbox inside.
    public func replays(onlyRunning: Bool) async throws(StoreError) -> [ReplayRecord] {
        try await inner.replays(onlyRunning: onlyRunning)
    }

    /// Asks the inbox inside.
    public func find(_ order: ReplayOrder, in span: EventSpan, limit: Int) async throws(StoreError) -> FoundEvents {
        try await inner.find(order, in: span, limit: limit)
    }
}
