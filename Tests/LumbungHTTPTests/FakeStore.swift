import LumbungCore
import LumbungHTTP
import LumbungKit
import Synchronization

/// A store that numbers what it is given and answers when the test says so.
final class FakeStore: InboxStore {
    struct State {
        var known: [String: (id: EventID, digest: [UInt8])] = [:]
        var events: [NewEvent] = []
        var rejections: [Rejection] = []
        var isHolding = false
        var held: [@Sendable () -> Void] = []
        var fault: StoreError?
    }

    private let state = Mutex(State())

    var events: [NewEvent] { state.withLock { $0.events } }
    var rejections: [Rejection] { state.withLock { $0.rejections } }
    var payloads: [String] { events.map { String(decoding: $0.payload, as: UTF8.self) } }
    var heldCount: Int { state.withLock { $0.held.count } }

    func hold() { state.withLock { $0.isHolding = true } }
    func fail(with error: StoreError) { state.withLock { $0.fault = error } }

    func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for answer in held { answer() }
    }

    func append(_ request: AppendRequest) {
        let goOn: (@Sendable () -> Void)? = state.withLock { state in
            let result: Result<[AppendOutcome], StoreError>
            if let fault = state.fault {
                result = .failure(fault)
            } else {
                result = .success(request.events.map { state.store($0) })
            }
            guard state.isHolding else { return { request.completion(result) } }
            state.held.append { request.completion(result) }
            return nil
        }
        goOn?()
    }

    func reject(_ rejection: Rejection) { state.withLock { $0.rejections.append(rejection) } }
    func health() async -> StoreHealth { .ready }
    func failure() async -> String? { nil }
    func close() async {}

    func register(destinations names: [String]) async throws(StoreError) -> [String: DestinationID] { [:] }
    func recover(now: Timestamp) async throws(StoreError) -> RecoveryReport { throw .closed }
    func turn(_ turn: Turn) async throws(StoreError) -> TurnResult { throw .closed }
    func reclaim(now: Timestamp, except held: [LeaseKey]) async throws(StoreError) -> ReclaimReport {
        ReclaimReport(returned: 0)
    }
    func clockMoved(by jump: Duration, now: Timestamp, longestWait: Duration) async throws(StoreError) {}
    func prune(_ policy: RetentionPolicy, now: Timestamp, after cursor: EventID) async throws(StoreError) -> PruneSlice
    {
        throw .closed
    }
    func event(_ id: EventID) async throws(StoreError) -> StoredEvent? { nil }
    func statusCounts() async throws(StoreError) -> [EventStatus: Int] { [:] }
    func openDeliveries() async throws(StoreError) -> [DestinationID: Int] { [:] }
    func rejections(limit: Int) async throws(StoreError) -> [Rejection] { rejections }
    func quarantine(
        _ request: QuarantinedRequest, limits: QuarantineLimits,
        completion: @escaping @Sendable (Result<QuarantineOutcome, StoreError>) -> Void
    ) {
        completion(.failure(.closed))
    }
    func quarantined(_ query: QuarantineQuery) async throws(StoreError) -> QuarantinePage { throw .closed }
    func quarantined(_ id: QuarantineID) async throws(StoreError) -> QuarantinedRequest? { throw .closed }
    func discard(quarantined ids: [QuarantineID]) async throws(StoreError) -> Int { throw .closed }
    func add(secretUses uses: [SecretUse]) async throws(StoreError) { throw .closed }
    func secretUses() async throws(StoreError) -> [SecretUse] { throw .closed }
    func capture(_ secret: CapturedSecret, completion: @escaping @Sendable (Result<Bool, StoreError>) -> Void) {
        completion(.failure(.closed))
    }
    func capturedSecrets() async throws(StoreError) -> [CapturedSecret] { throw .closed }
    func forget(capturedSecretOf source: String) async throws(StoreError) -> Bool { throw .closed }
}

extension FakeStore.State {
    mutating func store(_ event: NewEvent) -> AppendOutcome {
        if let known = known[event.identity] {
            return AppendOutcome(kind: known.digest == event.digest ? .duplicate : .conflict, id: known.id)
        }
        events.append(event)
        let id = EventID(Int64(events.count))
        known[event.identity] = (id, event.digest)
        return AppendOutcome(kind: .queued, id: id)
    }
}

/// A log that keeps what it is told.
final class FakeLog: IngestLog {
    private let lines = Mutex<[String]>([])

    var isEnabled: Bool { true }
    var all: [String] { lines.withLock { $0 } }

    func accepted(_ request: LoggedRequest, _ receipt: Receipt) {
        note("accepted \(receipt.status)", request)
    }

    func answered(_ request: LoggedRequest, _ answer: HandshakeAnswer) {
        note("answered \(answer.question.rawValue)", request)
    }

    func quarantined(_ request: LoggedRequest, _ receipt: QuarantineReceipt) {
        note("quarantined \(receipt.answerStatus)", request)
    }

    func refused(_ request: LoggedRequest, _ problem: Problem) {
        note("refused \(problem.status)", request)
    }

    private func note(_ what: String, _ request: LoggedRequest) {
        let length = request.contentLength.map(String.init) ?? "-"
        lines.withLock { $0.append("\(what) \(request.method) \(request.path) \(request.source ?? "-") \(length)") }
    }
}
