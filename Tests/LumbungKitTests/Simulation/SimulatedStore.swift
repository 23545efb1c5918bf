import LumbungCore
import LumbungTesting

/// The store as one life of the process sees it: the simulation's model, with latency, faults, and a death of its own.
///
/// A call waits, changes the model, and waits again; so a crash may come before a commit or between it and its answer.
/// After the life's end nothing reaches the model any more.
///
/// Sendable without a lock because everything happens on the simulation's thread.
final class SimulatedStore: InboxOperations, @unchecked Sendable {
    private unowned let simulation: Simulation
    private unowned let life: SimulatedLife
    private var random: SeededGenerator
    /// Calls that have begun and not ended.
    private(set) var calls = 0
    private var hasFailed = false
    /// Until when somebody may rest after a call that failed.
    private(set) var restsUntil: Duration = .zero

    init(_ simulation: Simulation, life: SimulatedLife, seed: UInt64) {
        self.simulation = simulation
        self.life = life
        random = SeededGenerator(seed: seed)
    }

    /// Performs one operation.
    /// - Parameters:
    ///   - obstacle: A reason of the store's own to refuse it.
    ///   - body: What it does to the model.
    func perform<Value>(
        _ name: String, obstacle: StoreError? = nil,
        _ body: (inout InboxModel) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        calls += 1
        defer { calls -= 1 }
        await linger()
        try check()
        if let error = obstacle ?? fault() {
            simulation.trace.note("store refuses \(name): \(error)")
            restsUntil = simulation.elapsed + .milliseconds(200)
            throw error
        }
        let (isLost, loses) = (unknown(), random.chance(percent: 50))
        if isLost, loses { throw fail(name) }
        let value = try body(&simulation.model)
        if isLost { throw fail(name) }
        await linger()
        try check()
        return value
    }

    private func check() throws(StoreError) {
        if life.isCut { throw .closed }
        if hasFailed { throw .unknown("a flush failed before") }
    }

    private func fail(_ name: String) -> StoreError {
        simulation.trace.note("store fails for good during \(name)")
        hasFailed = true
        simulation.storeFailed(life)
        return .unknown("a flush failed")
    }

    private func linger() async {
        let most = Int(simulation.plan.latency.wholeMilliseconds)
        guard most > 0, random.chance(percent: 70) else { return }
        try? await simulation.clock.sleep(for: .milliseconds(random.pick(1...most)))
    }

    private func fault() -> StoreError? {
        guard !simulation.isFinishing, random.chance(percent: simulation.plan.faultPercent) else { return nil }
        return random.pick(from: [.busy, .overloaded, .diskFull, .tooSlow])
    }

    private func unknown() -> Bool {
        guard simulation.plan.unknownPerMille > 0, !simulation.isFinishing else { return false }
        return random.pick(1...1000) <= simulation.plan.unknownPerMille
    }

    // MARK: What the engine asks

    func turn(_ turn: Turn) async throws(StoreError) -> TurnResult {
        let (asked, askedAt) = (simulation.asked(turn, of: life), simulation.elapsed)
        let cursed = turn.records.contains { simulation.isCursed($0.lease.token) }
        let obstacle = cursed ? StoreError.invalid("a result breaks a rule") : nil
        if cursed, turn.records.count == 1, turn.claims.isEmpty, let record = turn.records.first, !life.isCut {
            simulation.ledger.givenUp.insert(record.lease.token)
        }
        let result = try await perform("a turn", obstacle: obstacle) { model in
            let result = model.perform(turn)
            simulation.committed(turn, result, askedAt: askedAt)
            return result
        }
        simulation.answered(turn, result, asked: asked, of: life)
        return result
    }

    func reclaim(now: Timestamp, except held: [LeaseKey]) async throws(StoreError) -> ReclaimReport {
        try await perform("reclaim") { model in
            let report = model.reclaim(now: now, except: held)
            simulation.ledger.reclaimed(report.returned, except: held, now: now)
            return report
        }
    }

    func clockMoved(by jump: Duration, now: Timestamp, longestWait: Duration) async throws(StoreError) {
        let askedAt = simulation.elapsed
        try await perform("a set clock") { model in
            model.clockMoved(by: jump, now: now, longestWait: longestWait)
            simulation.ledger.waits.bound(to: longestWait, now: askedAt)
        }
    }

    func prune(_ policy: RetentionPolicy, now: Timestamp, after cursor: EventID) async throws(StoreError) -> PruneSlice
    {
        try await perform("pruning") { model in
            let removed = model.prune(policy, now: now)
            simulation.ledger.pruned(removed)
            return PruneSlice(removed: removed.count, next: nil)
        }
    }

    // MARK: What senders and operators ask

    func append(_ request: AppendRequest) {
        // A sender waits with a task of its own, which calls `store(_:)`.
        request.completion(.failure(.closed))
    }

    /// Stores events.
    func store(_ arrivals: [SimulationPlan.Arrival]) async throws(StoreError) -> [AppendOutcome] {
        try await perform("append") { model throws(StoreError) in
            let outcomes = try model.append(arrivals.map(\.event))
            simulation.ledger.stored(arrivals, outcomes)
            return outcomes
        }
    }

    func replay(
        _ event: EventID, to destinations: [DestinationID]?, now: Timestamp
    ) async throws(StoreError) -> OperationReport? {
        try await perform("a replay") { model throws(StoreError) in
            let report = try model.replay(event, to: destinations, now: now)
            for destination in report?.changed ?? [] { simulation.ledger.replayed(event, destination) }
            return report
        }
    }

    func cancel(
        _ event: EventID, to destination: DestinationID?, now: Timestamp
    ) async throws(StoreError) -> OperationReport? {
        try await perform("a cancel") { model in
            let report = model.cancel(event, to: destination, now: now)
            for destination in report?.changed ?? [] { simulation.ledger.cancelled(event, destination) }
            return report
        }
    }

    /// Takes note that an operator's wish started a delivery again.
    func noteReplay(_ event: EventID, _ destination: DestinationID) {
        simulation.ledger.replayed(event, destination)
    }

    func pause(_ destination: DestinationID, _ isPaused: Bool) async throws(StoreError) {
        try await perform("a pause") { model throws(StoreError) in try model.pause(destination, isPaused) }
    }

    func destinations() async throws(StoreError) -> [DestinationRecord] {
        try await perform("a read") { $0.destinationRecords() }
    }

    func event(_ id: EventID) async throws(StoreError) -> StoredEvent? {
        try await perform("a read") { $0.event(id) }
    }

    // MARK: What nobody asks in a simulation

    func quarantine(
        _ request: QuarantinedRequest, limits: QuarantineLimits,
        completion: @escaping @Sendable (Result<QuarantineOutcome, StoreError>) -> Void
    ) {
        completion(.failure(.closed))
    }
    func quarantined(_ query: QuarantineQuery) async throws(StoreError) -> QuarantinePage { throw .closed }
    func quarantined(_ id: QuarantineID) async throws(StoreError) -> QuarantinedRequest? { throw .closed }
    func begin(audit change: AuditedChange) async throws(StoreError) -> AuditID { throw .closed }
    func end(audit id: AuditID, outcome: String) async throws(StoreError) { throw .closed }
    func audit(before: AuditID?, limit: Int) async throws(StoreError) -> [AuditEntry] { throw .closed }
    func discard(quarantined ids: [QuarantineID]) async throws(StoreError) -> Int { throw .closed }
    func add(secretUses uses: [SecretUse]) async throws(StoreError) { throw .closed }
    func secretUses() async throws(StoreError) -> [SecretUse] { throw .closed }
    func capture(_ secret: CapturedSecret, completion: @escaping @Sendable (Result<Bool, StoreError>) -> Void) {
        completion(.failure(.closed))
    }
    func capturedSecrets() async throws(StoreError) -> [CapturedSecret] { throw .closed }
    func forget(capturedSecretOf source: String) async throws(StoreError) -> Bool { throw .closed }

    func register(destinations names: [String]) async throws(StoreError) -> [String: DestinationID] {
        throw .closed
    }

    func recover(now: Timestamp) async throws(StoreError) -> RecoveryReport { throw .closed }

    func reject(_ rejection: Rejection) {}

    func events(_ query: EventQuery) async throws(StoreError) -> EventPage { throw .closed }

    func statusCounts() async throws(StoreError) -> [EventStatus: Int] { throw .closed }

    func openDeliveries() async throws(StoreError) -> [DestinationID: Int] { throw .closed }

    func rejections(limit: Int) async throws(StoreError) -> [Rejection] { throw .closed }

    func health() async -> StoreHealth { .ready }

    func failure() async -> String? { nil }

    func close() async {}
}
