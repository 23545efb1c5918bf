public import LumbungCore
import Synchronization

/// An inbox in memory, for tests: ``InboxModel`` behind a lock, with faults and waits on request.
///
/// Durability: none; ``restarted()`` plays a process that was killed and started again.
public final class MemoryInbox: InboxStore {
    struct Watcher {
        var isMet: @Sendable (InboxModel) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    struct State {
        var model: InboxModel
        var faults: [Operation: [StoreError]] = [:]
        var holding: Set<Operation> = []
        var held: [(operation: Operation, goOn: @Sendable () -> Void)] = []
        var heldWatchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var watchers: [Watcher] = []
        var isClosed = false
        var failure: String?
        var endWaiters: [CheckedContinuation<String?, Never>] = []
    }

    let state: Mutex<State>

    /// Opens an inbox.
    /// - Parameter model: What it holds at the start.
    public init(_ model: InboxModel = InboxModel()) {
        state = Mutex(State(model: model))
    }

    /// What is stored now.
    public var model: InboxModel { state.withLock { $0.model } }

    /// Stops this inbox as a kill would and opens another one with what was stored.
    public func restarted() async -> MemoryInbox {
        await close()
        return MemoryInbox(model)
    }

    /// Stores events in the model and tells the outcome, at once or when the hold ends.
    public func append(_ request: AppendRequest) {
        let result: Result<[AppendOutcome], StoreError>
        if request.deadline <= ContinuousClock.now {
            result = .failure(.busy)
        } else {
            result = change(.append) { model throws(StoreError) in
                try model.append(request.events, released: request.released)
            }
        }
        pass(.append) { request.completion(result) }
    }

    /// Keeps a refused request.
    public func reject(_ rejection: Rejection) {
        _ = change(.reject) { model throws(StoreError) in model.reject(rejection) }
    }

    /// Gives every name a number, keeping known ones.
    public func register(destinations names: [String]) async throws(StoreError) -> [String: DestinationID] {
        try change(.register) { model throws(StoreError) in model.register(names) }.get()
    }

    /// Voids every lease.
    public func recover(now: Timestamp) async throws(StoreError) -> RecoveryReport {
        try change(.recover) { model throws(StoreError) in model.recover(now: now) }.get()
    }

    /// Records results and hands out work.
    public func turn(_ turn: Turn) async throws(StoreError) -> TurnResult {
        let result = change(.turn) { model throws(StoreError) in model.perform(turn) }
        await withCheckedContinuation { continuation in pass(.turn) { continuation.resume() } }
        return try result.get()
    }

    /// Takes back leases that ended.
    public func reclaim(now: Timestamp, except held: [LeaseKey]) async throws(StoreError) -> ReclaimReport {
        try change(.reclaim) { model throws(StoreError) in model.reclaim(now: now, except: held) }.get()
    }

    /// Moves what waits along with a wall clock that was set.
    public func clockMoved(by jump: Duration, now: Timestamp, longestWait: Duration) async throws(StoreError) {
        try change(.reclaim) { model throws(StoreError) in
            model.clockMoved(by: jump, now: now, longestWait: longestWait)
        }.get()
    }

    /// Removes every event past its retention, in one slice.
    public func prune(
        _ policy: RetentionPolicy, now: Timestamp, after cursor: EventID
    ) async throws(StoreError) -> PruneSlice {
        try change(.prune) { model throws(StoreError) in
            var slice = PruneSlice(removed: model.prune(policy, now: now).count, next: nil)
            slice.expired = model.takeExpired()
            return slice
        }.get()
    }

    /// Reads one event.
    public func event(_ id: EventID) async throws(StoreError) -> StoredEvent? {
        try change(.read) { model throws(StoreError) in model.event(id) }.get()
    }

    /// Counts events by status.
    public func statusCounts() async throws(StoreError) -> [EventStatus: Int] {
        try change(.read) { model throws(StoreError) in model.statusCounts() }.get()
    }

    /// Counts the open deliveries by destination.
    public func openDeliveries() async throws(StoreError) -> [DestinationID: Int] {
        try change(.read) { model throws(StoreError) in model.openDeliveries() }.get()
    }

    /// Lists the kept rejections, newest first.
    public func rejections(limit: Int) async throws(StoreError) -> [Rejection] {
        try change(.read) { model throws(StoreError) in model.rejections(limit: limit) }.get()
    }

    /// Is ready unless the inbox was closed or stopped, or its next append is planned to fail.
    public func health() async -> StoreHealth {
        state.withLock { state in
            if let failure = state.failure { return .unavailable(failure) }
            if state.isClosed { return .unavailable(StoreError.closed.sentence) }
            if let fault = state.faults[.append]?.first { return .unavailable(fault.sentence) }
            return .ready
        }
    }

    /// Waits for the end of the inbox.
    public func failure() async -> String? {
        await withCheckedContinuation { continuation in
            let ended: String?? = state.withLock { state in
                if let reason = state.failure { return .some(reason) }
                if state.isClosed { return .some(nil) }
                state.endWaiters.append(continuation)
                return nil
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }

    /// Ends every hold and closes.
    public func close() async {
        release()
        end { $0.isClosed = true }
    }

    /// Runs one operation on the model, unless a fault stands in its way, and tells who waits for its effect.
    func change<Value: Sendable>(
        _ operation: Operation, _ body: (inout InboxModel) throws(StoreError) -> Value
    ) -> Result<Value, StoreError> {
        let (result, met): (Result<Value, StoreError>, [Watcher]) = state.withLock { state in
            if let error = state.obstacle(to: operation) { return (.failure(error), []) }
            let result = Result { () throws(StoreError) in try body(&state.model) }
            let model = state.model
            let met = state.watchers.filter { $0.isMet(model) }
            if !met.isEmpty { state.watchers.removeAll { $0.isMet(model) } }
            return (result, met)
        }
        for watcher in met { watcher.continuation.resume() }
        return result
    }
}

extension MemoryInbox.State {
    /// What keeps an operation from being done; a planned fault is used up.
    fileprivate mutating func obstacle(to operation: MemoryInbox.Operation) -> StoreError? {
        if let failure { return .unknown(failure) }
        if isClosed { return .closed }
        guard var planned = faults[operation], !planned.isEmpty else { return nil }
        let fault = planned.removeFirst()
        faults[operation] = planned
        return fault
    }
}
