import LumbungCore
import LumbungTesting
import Synchronization

/// A store whose operations answer what a test says, and which remembers what it was asked.
final class OperationsStore: InboxOperations {
    struct State {
        var events: [EventID: StoredEvent] = [:]
        var page = EventPage(events: [], next: nil)
        var records: [DestinationRecord] = []
        var report: OperationReport? = OperationReport(changed: [], left: [:])
        var fault: StoreError?
        var queries: [EventQuery] = []
        var calls: [String] = []
    }

    private let state = Mutex(State())
    let inner = MemoryInbox()

    var queries: [EventQuery] { state.withLock { $0.queries } }
    var calls: [String] { state.withLock { $0.calls } }

    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    private func perform<Value: Sendable>(_ body: (inout State) -> Value) throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = state.withLock { state in
            if let fault = state.fault { return .failure(fault) }
            return .success(body(&state))
        }
        return try result.get()
    }

    // MARK: Operations

    func events(_ query: EventQuery) async throws(StoreError) -> EventPage {
        try perform { state in
            state.queries.append(query)
            return state.page
        }
    }

    func replay(
        _ event: EventID, to destinations: [DestinationID]?, now: Timestamp
    ) async throws(StoreError) -> OperationReport? {
        try perform { state in
            let places = destinations.map { "\($0.map(\.value))" } ?? "own"
            state.calls.append("replay \(event.value) \(places) \(now.milliseconds)")
            return state.report
        }
    }

    func cancel(
        _ event: EventID, to destination: DestinationID?, now: Timestamp
    ) async throws(StoreError) -> OperationReport? {
        try perform { state in
            state.calls.append("cancel \(event.value) \(destination.map { "\($0.value)" } ?? "all")")
            return state.report
        }
    }

    func pause(_ destination: DestinationID, _ isPaused: Bool) async throws(StoreError) {
        try perform { state in
            state.calls.append("pause \(destination.value) \(isPaused)")
            for index in state.records.indices where state.records[index].id == destination {
                state.records[index].isPaused = isPaused
            }
        }
    }

    func destinations() async throws(StoreError) -> [DestinationRecord] { try perform { $0.records } }

    func event(_ id: EventID) async throws(StoreError) -> StoredEvent? { try perform { $0.events[id] } }

    // MARK: The rest

    func append(_ request: AppendRequest) { inner.append(request) }
    func reject(_ rejection: Rejection) { inner.reject(rejection) }
    func health() async -> StoreHealth { await inner.health() }
    func failure() async -> String? { await inner.failure() }
    func close() async { await inner.close() }

    func register(destinations names: [String]) async throws(StoreError) -> [String: DestinationID] {
        try await inner.register(destinations: names)
    }

    func recover(now: Timestamp) async throws(StoreError) -> RecoveryReport { try await inner.recover(now: now) }
    func turn(_ turn: Turn) async throws(StoreError) -> TurnResult { try await inner.turn(turn) }

    func reclaim(now: Timestamp, except held: [LeaseKey]) async throws(StoreError) -> Int {
        try await inner.reclaim(now: now, except: held)
    }

    func clockMoved(by jump: Duration, now: Timestamp, longestWait: Duration) async throws(StoreError) {
        try await inner.clockMoved(by: jump, now: now, longestWait: longestWait)
    }

    func prune(_ policy: RetentionPolicy, now: Timestamp, after cursor: EventID) async throws(StoreError) -> PruneSlice
    {
        try await inner.prune(policy, now: now, after: cursor)
    }

    func statusCounts() async throws(StoreError) -> [EventStatus: Int] { try await inner.statusCounts() }
    func openDeliveries() async throws(StoreError) -> [DestinationID: Int] { try await inner.openDeliveries() }
    func rejections(limit: Int) async throws(StoreError) -> [Rejection] { try await inner.rejections(limit: limit) }

    // MARK: Bulk replays

    func beginReplay(_ order: ReplayOrder, now: Timestamp) async throws(StoreError) -> ReplayID {
        try await inner.beginReplay(order, now: now)
    }

    func advanceReplay(_ step: ReplayStep, now: Timestamp) async throws(StoreError) -> Int? {
        try await inner.advanceReplay(step, now: now)
    }

    func cancelReplay(_ id: ReplayID, now: Timestamp) async throws(StoreError) -> Bool {
        try await inner.cancelReplay(id, now: now)
    }

    func replay(_ id: ReplayID) async throws(StoreError) -> ReplayRecord? { try await inner.replay(id) }
    func replays() async throws(StoreError) -> [ReplayRecord] { try await inner.replays() }

    func find(_ filter: EventFilter, in span: EventSpan, limit: Int) async throws(StoreError) -> FoundEvents {
        try await inner.find(filter, in: span, limit: limit)
    }
}
