public import LumbungCore
import Synchronization

/// The way in: checks a request, stores its events durably, and only then lets the sender be told.
public final class Intake: Sendable {
    /// Who is told that new work was committed; a hint, called from the store's thread, that must not block.
    public typealias CommitHint = @Sendable () -> Void

    private let store: any InboxStore
    private let entrances: Mutex<[String: Entrance]>
    private let uses: SecretUses?
    private let patience: Duration
    private let committed: CommitHint
    private let clock = ContinuousClock()

    /// Makes an intake whose events go where the routes of their source say.
    /// - Parameters:
    ///   - store: Where the events go.
    ///   - sources: Every source with its routes; of two with one name the first counts.
    ///   - uses: Counts which secrets prove requests; nil to count nothing.
    ///   - patience: How long a commit may wait before the sender is told 503.
    ///   - committed: Is told after each commit that brought new work.
    public init(
        store: any InboxStore,
        sources: [(source: Source, routes: RouteTable)],
        uses: SecretUses? = nil,
        patience: Duration,
        committed: @escaping CommitHint
    ) {
        self.store = store
        self.uses = uses
        self.entrances = Mutex(Self.entrances(sources, uses: uses))
        self.patience = patience
        self.committed = committed
    }

    /// Makes an intake whose events all go to the destinations of their source.
    /// - Parameters:
    ///   - store: Where the events go.
    ///   - routes: Every source with the destinations its events go to.
    ///   - patience: How long a commit may wait before the sender is told 503.
    ///   - committed: Is told after each commit that brought new work.
    public convenience init(
        store: any InboxStore,
        routes: [(source: Source, destinations: [DestinationID])],
        patience: Duration,
        committed: @escaping CommitHint
    ) {
        let sources = routes.map { (source: $0.source, routes: RouteTable(always: $0.destinations)) }
        self.init(store: store, sources: sources, patience: patience, committed: committed)
    }

    /// Takes other sources and routes in the place of the present ones.
    ///
    /// Every request gets either the old ones or the new ones, never some of both: those that were found before by
    /// ``entrance(named:)``.
    /// - Parameter sources: Every source with its routes from now on; of two with one name the first counts.
    public func replace(sources: [(source: Source, routes: RouteTable)]) {
        entrances.withLock { $0 = Self.entrances(sources, former: $0, uses: uses) }
    }

    /// The source of a name, or nil.
    public func source(named name: String) -> Source? {
        entrance(named: name)?.source
    }

    /// The source of a name with its routes as they are now, or nil.
    ///
    /// To be asked for when a request begins, so that it finishes under the same whatever is configured meanwhile.
    public func entrance(named name: String) -> Entrance? {
        // The lock is held for one retain; the rest is done on the copy.
        entrances.withLock { $0 }[name]
    }

    private static func entrances(
        _ sources: [(source: Source, routes: RouteTable)], former: [String: Entrance] = [:], uses: SecretUses?
    ) -> [String: Entrance] {
        let made = sources.map { source, routes in
            let plan = IntakePlan(source: source, routes: routes)
            return (source.name, Entrance(plan, former: former[source.name], uses: uses))
        }
        return Dictionary(made) { first, _ in first }
    }

    /// Takes a request whose body was read within its limits.
    ///
    /// Durability: ``IngestReply/accepted(_:)`` is given only after the commit was flushed to disk; after that a kill or
    /// a power cut loses nothing. The reply comes once, at once or from the store's thread, and must not block.
    /// - Parameters:
    ///   - request: The request.
    ///   - entrance: The source as the request found it when it began; nil for the one that has its name now.
    ///   - reply: Is told what became of it.
    public func accept(
        _ request: IngestRequest, through entrance: Entrance? = nil,
        reply: @escaping @Sendable (IngestReply) -> Void
    ) {
        guard let entrance = entrance ?? self.entrance(named: request.source) else {
            return reply(.refused(.unknownSource))
        }
        let events: [NewEvent]
        do throws(Problem) {
            switch try entrance.examine(request) {
            case .handshake(let answer): return reply(.handshake(answer))
            case .secret(let secret, let capture):
                return keep(secret, of: request, by: capture, through: entrance, reply: reply)
            case .events(let found): events = found
            case .unproven(let problem, let rule):
                return quarantine(request, problem, by: rule, through: entrance, reply: reply)
            }
        } catch {
            if error.isKept { refuse(request, error, through: entrance) }
            return reply(.refused(error))
        }
        guard !events.isEmpty else { return reply(.accepted(Receipt(items: []))) }
        let committed = committed
        let append = AppendRequest(events: events, deadline: clock.now.advanced(by: patience)) { result in
            switch result {
            case .success(let outcomes):
                let items = zip(events, outcomes).map { event, outcome in
                    Receipt.Item(identity: event.identity, type: event.type, outcome: outcome)
                }
                if outcomes.contains(where: { $0.kind == .queued || $0.kind == .revived }) { committed() }
                reply(.accepted(Receipt(items: items)))
            case .failure(let error):
                reply(.refused(.unavailable(error)))
            }
        }
        store.append(append)
    }

    /// Keeps the secret that a sender brings, and only then sends it back.
    private func keep(
        _ secret: String, of request: IngestRequest, by capture: SecretCapture, through entrance: Entrance,
        reply: @escaping @Sendable (IngestReply) -> Void
    ) {
        let kept = CapturedSecret(source: request.source, secret: secret, capturedAt: request.receivedAt)
        store.capture(kept) { result in
            switch result {
            case .success(true):
                capture.captures.set(secret, of: request.source)
                reply(.handshake(.secretReturned(secret)))
            case .success(false):
                // Another request may have brought it while this one was on its way.
                if capture.captures.isKept(secret, of: request.source) {
                    return reply(.handshake(.secretReturned(secret)))
                }
                self.refuse(request, .otherSecretKept, through: entrance)
                reply(.refused(.otherSecretKept))
            case .failure(let error): reply(.refused(.unavailable(error)))
            }
        }
    }

    private func quarantine(
        _ request: IngestRequest, _ problem: Problem, by rule: QuarantineRule, through entrance: Entrance,
        reply: @escaping @Sendable (IngestReply) -> Void
    ) {
        // Made beforehand: looking for secrets takes its time, and the end is told from the store's thread.
        let rejection = Self.rejection(of: request, problem, through: entrance)
        store.quarantine(QuarantinedRequest(request, problem, rule: rule), limits: rule.limits) { [store] result in
            let answer = rule.reply(to: result, problem)
            if let refused = answer.rejection { store.reject(rejection.telling(refused)) }
            reply(answer)
        }
    }

    /// Keeps a refused request for the operator: its reason, its headers without secrets and the head of its body.
    /// - Parameters:
    ///   - request: The request.
    ///   - problem: Why it was refused.
    ///   - entrance: The source as the request found it when it began; its secrets are masked in what is kept.
    public func refuse(_ request: IngestRequest, _ problem: Problem, through entrance: Entrance?) {
        store.reject(Self.rejection(of: request, problem, through: entrance))
    }

    private static func rejection(
        of request: IngestRequest, _ problem: Problem, through entrance: Entrance?
    ) -> Rejection {
        let source = entrance?.source
        return Rejection(
            source: request.source,
            rejectedAt: request.receivedAt,
            status: problem.status,
            reason: problem.reason,
            headers: source.map { $0.keptHeaders($0.masked(request.headers)) } ?? KeptHeaders.json(request.headers),
            body: source?.masked(request.body) ?? request.body
        )
    }

    /// Tells whether a commit would succeed now.
    public func health() async -> StoreHealth {
        await store.health()
    }
}

extension Problem: Error {}

extension Rejection {
    /// The same for another reason.
    fileprivate func telling(_ problem: Problem) -> Rejection {
        var rejection = self
        (rejection.status, rejection.reason) = (problem.status, problem.reason)
        return rejection
    }
}
