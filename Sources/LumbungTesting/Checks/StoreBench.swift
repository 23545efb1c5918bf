import LumbungCore
import Testing

/// A store in a check: two destinations, a recovered start, and the words that checks are written in.
final class StoreBench {
    private let factory: StoreFactory
    private(set) var store: any InboxStore
    let first: DestinationID
    let second: DestinationID
    /// The time that calls without a time use.
    let now = NewEvent.sampleTime

    init(_ factory: StoreFactory) async throws {
        self.factory = factory
        store = try await factory.open()
        let ids = try await store.register(destinations: ["first", "second"])
        first = try #require(ids["first"])
        second = try #require(ids["second"])
        _ = try await store.recover(now: now)
    }

    /// Ends the store and opens it again, without recovering it.
    func reopen() async throws {
        let reopen = try #require(factory.reopen)
        store = try await reopen(store)
    }

    // MARK: Storing

    /// Stores one event and returns its outcome.
    func put(_ event: NewEvent) async throws -> AppendOutcome {
        let outcomes = try await store.append([event])
        #expect(outcomes.count == 1)
        return try #require(outcomes.first)
    }

    /// Stores one new event for the first destination and returns its number.
    @discardableResult
    func queue(_ identity: String, receivedAt: Timestamp = NewEvent.sampleTime) async throws -> EventID {
        let outcome = try await put(.sample(identity, receivedAt: receivedAt, to: [first]))
        try #require(outcome.kind == .queued)
        return outcome.id
    }

    /// Why a request is not stored; nil when it was.
    func refusal(of events: [NewEvent], deadline: Duration = .seconds(30)) async -> StoreError? {
        await Self.error { _ = try await store.append(events, deadline: deadline) }
    }

    /// The store's error that a call ends with; nil when it ends otherwise.
    static func error(of call: () async throws -> Void) async -> StoreError? {
        do {
            try await call()
            return nil
        } catch {
            return error as? StoreError
        }
    }

    /// The store as an operator has it.
    var operations: any InboxOperations {
        get throws { try #require(store as? any InboxOperations) }
    }

    // MARK: Turns

    /// A turn with the defaults of checks: claims wide open, leases of a minute.
    func turn(
        _ records: [DeliveryRecord] = [],
        claims: [Turn.Claim],
        leaseLimit: Int = 1000,
        byteLimit: Int = 1 << 25,
        at time: Timestamp = NewEvent.sampleTime
    ) async throws -> TurnResult {
        try await store.turn(
            Turn(
                records: records, claims: claims, leaseLimit: leaseLimit, byteLimit: byteLimit, now: time,
                leaseUntil: time.advanced(by: .seconds(60))))
    }

    /// Claims everything due for the first destination, ordinary and suspect.
    func claim(limit: Int = 100, suspects: Int = 0, at time: Timestamp = NewEvent.sampleTime) async throws -> [Lease] {
        try await turn(claims: [claim(first, limit, suspects: suspects)], at: time).leases
    }

    /// The claim of one destination.
    func claim(_ destination: DestinationID, _ limit: Int = 100, suspects: Int = 0) -> Turn.Claim {
        Turn.Claim(destination: destination, limit: limit, suspectLimit: suspects)
    }

    /// Claims exactly one lease.
    func claimOne(suspects: Int = 0, at time: Timestamp = NewEvent.sampleTime) async throws -> Lease {
        let leases = try await claim(limit: 1, suspects: suspects, at: time)
        try #require(leases.count == 1)
        return leases[0]
    }

    /// Records one result; returns how many records were fenced.
    @discardableResult
    func record(
        _ lease: Lease,
        _ decision: DeliveryDecision,
        outcome: AttemptOutcome = .delivered,
        endedAt: Timestamp = NewEvent.sampleTime
    ) async throws -> Int {
        let record = Self.record(lease, decision, outcome: outcome, endedAt: endedAt)
        return try await turn([record], claims: [], at: endedAt).fenced
    }

    /// A result on its way into the store; the attempt took 250 ms.
    static func record(
        _ lease: Lease,
        _ decision: DeliveryDecision,
        outcome: AttemptOutcome = .delivered,
        endedAt: Timestamp = NewEvent.sampleTime
    ) -> DeliveryRecord {
        DeliveryRecord(
            lease: lease, outcome: outcome, decision: decision,
            timing: AttemptTiming(
                startedAt: endedAt.advanced(by: .milliseconds(-250)), endedAt: endedAt, duration: .milliseconds(250)))
    }

    /// Brings one event to an end: claims everything due and records it with `decision`.
    func finish(_ decision: DeliveryDecision, at time: Timestamp = NewEvent.sampleTime) async throws {
        for lease in try await claim(at: time) { try await record(lease, decision, endedAt: time) }
    }

    // MARK: Looking

    /// The stored event.
    func event(_ id: EventID) async throws -> StoredEvent {
        try #require(try await store.event(id))
    }

    /// The only delivery of an event.
    func delivery(_ id: EventID) async throws -> StoredDelivery {
        let deliveries = try await event(id).deliveries
        try #require(deliveries.count == 1)
        return deliveries[0]
    }

    /// The number of stored events.
    func eventCount() async throws -> Int {
        try await store.statusCounts().values.reduce(0, +)
    }

    /// Prunes everything there is, slice by slice.
    func prune(_ policy: RetentionPolicy, at time: Timestamp) async throws -> Int {
        var removed = 0
        var cursor: EventID? = EventID(0)
        while let from = cursor {
            let slice = try await store.prune(policy, now: time, after: from)
            removed += slice.removed
            if let next = slice.next { try #require(next >= from) }
            cursor = slice.next
        }
        return removed
    }
}
