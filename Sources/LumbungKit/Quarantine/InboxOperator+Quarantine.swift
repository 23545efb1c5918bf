public import LumbungCore

extension InboxOperator {
    /// How many are removed in one transaction, so that it stays short.
    private static let discardSlice = 100
    /// How long a commit may wait.
    private static let releasePatience = Duration.seconds(5)

    /// Lists requests in quarantine, newest first.
    /// - Throws: ``OperationError/store(_:)``.
    public func quarantined(
        _ query: QuarantineQuery
    ) async throws(OperationError) -> (requests: [QuarantineDetail], next: QuarantineID?) {
        let page = try await ask { store throws(StoreError) in try await store.quarantined(query) }
        let sources = Self.byName(configured().sources)
        return (page.items.map { QuarantineDetail($0, sources[$0.request.source]?.source) }, page.next)
    }

    /// Reads one request in quarantine.
    /// - Throws: ``OperationError/store(_:)``, ``OperationError/notQuarantined(_:)``.
    public func quarantined(_ id: QuarantineID) async throws(OperationError) -> QuarantineDetail {
        let request = try await held(id)
        let item = QuarantinePage.Item(id: id, request: request, bodyBytes: request.body.count)
        return QuarantineDetail(item, Self.byName(configured().sources)[request.source]?.source)
    }

    /// Checks requests again, as of the time when they came, and stores the events of those that pass.
    ///
    /// The events get the time at which their request came. Durability: those of a request that is told as passed were
    /// committed and flushed, together with its removal from quarantine, before this returns; it may be asked for again
    /// at any time.
    /// - Parameters:
    ///   - choice: The requests, which are taken oldest first.
    ///   - isDryRun: Whether they are checked and no more.
    /// - Returns: What came of it; ``ReverifyReport/stoppedBy`` when the store could not go on.
    /// - Throws: ``OperationError`` before any request was looked at.
    public func reverify(
        _ choice: QuarantineChoice, isDryRun: Bool = false
    ) async throws(OperationError) -> ReverifyReport {
        let ids = try await numbers(choice)
        let entrances = Self.byName(configured().sources).mapValues {
            Entrance(IntakePlan(source: $0.source, routes: $0.routes))
        }
        var report = ReverifyReport()
        var batch = ReleaseBatch()
        do throws(StoreError) {
            for id in ids {
                // One that is gone by now was released or discarded by somebody else.
                guard let request = try await store.quarantined(id) else { continue }
                report.checked += 1
                do throws(Problem) {
                    guard let entrance = entrances[request.source] else { throw .sourceGone(request.source) }
                    batch.add(id, try entrance.reexamine(request.request), bytes: request.size)
                } catch {
                    report.fail(id, error.reason)
                    continue
                }
                if batch.isFull { try await release(batch.take(), isDryRun, &report) }
            }
            try await release(batch.take(), isDryRun, &report)
        } catch {
            report.stoppedBy = error
        }
        return report
    }

    /// Removes requests from quarantine for good.
    /// - Returns: How many were removed.
    /// - Throws: ``OperationError``; what was removed before stays so.
    public func discard(_ choice: QuarantineChoice) async throws(OperationError) -> Int {
        let ids = try await numbers(choice)
        var removed = 0
        for start in stride(from: 0, to: ids.count, by: Self.discardSlice) {
            let slice = Array(ids[start..<min(start + Self.discardSlice, ids.count)])
            removed += try await ask { store throws(StoreError) in try await store.discard(quarantined: slice) }
        }
        return removed
    }

    /// Stores the events of requests that passed, in their order; what waits at the same time shares commits.
    private func release(
        _ batch: [Released], _ isDryRun: Bool, _ report: inout ReverifyReport
    ) async throws(StoreError) {
        guard !isDryRun else {
            report.passed += batch.count
            return
        }
        let withEvents = batch.filter { !$0.events.isEmpty }
        let (results, told) = AsyncStream.makeStream(of: (QuarantineID, Result<[AppendOutcome], StoreError>).self)
        for request in withEvents {
            let deadline = ContinuousClock.now.advanced(by: Self.releasePatience)
            store.append(
                AppendRequest(events: request.events, released: request.id, deadline: deadline) {
                    told.yield((request.id, $0))
                })
        }
        var fault: StoreError?
        var refused: [(id: QuarantineID, reason: String)] = []
        // All of them are counted before anything else is asked: what was released is told, whatever comes after.
        for await (id, result) in results.prefix(withEvents.count) {
            switch result {
            case .success(let outcomes): report.pass(outcomes)
            case .failure(.invalid(let reason)): refused.append((id, reason))
            case .failure(let error): fault = error
            }
        }
        if !withEvents.isEmpty { engine.committed() }
        for (id, reason) in refused {
            if try await store.quarantined(id) == nil { report.checked -= 1 } else { report.fail(id, reason) }
        }
        if let fault { throw fault }
        let empty = batch.filter(\.events.isEmpty).map(\.id)
        for _ in 0..<(try await store.discard(quarantined: empty)) { report.pass([]) }
    }

    private func held(_ id: QuarantineID) async throws(OperationError) -> QuarantinedRequest {
        let request = try await ask { store throws(StoreError) in try await store.quarantined(id) }
        guard let request else { throw .notQuarantined(id) }
        return request
    }

    /// The numbers of the requests that are meant, oldest first.
    private func numbers(_ choice: QuarantineChoice) async throws(OperationError) -> [QuarantineID] {
        var query = QuarantineQuery(limit: QuarantineQuery.longestPage)
        switch choice {
        case .one(let id):
            _ = try await held(id)
            return [id]
        case .source(let name):
            query.source = name
            let asked = query
            let page = try await ask { store throws(StoreError) in try await store.quarantined(asked) }
            guard !page.items.isEmpty || Self.byName(configured().sources)[name] != nil else {
                throw .impossible("no source \(name) is configured, and nothing of it is in quarantine")
            }
        case .all: break
        }
        var ids: [QuarantineID] = []
        repeat {
            let asked = query
            let page = try await ask { store throws(StoreError) in try await store.quarantined(asked) }
            ids += page.items.map(\.id)
            query.before = page.next
        } while query.before != nil
        return ids.reversed()
    }

    private static func byName(
        _ sources: [(source: Source, routes: RouteTable)]
    ) -> [String: (source: Source, routes: RouteTable)] {
        Dictionary(sources.map { ($0.source.name, $0) }) { first, _ in first }
    }
}

/// A request that passed, and its events.
private struct Released {
    var id: QuarantineID
    var events: [NewEvent]
}

/// Requests that passed and share a wait for their commits: few enough that live requests beside them hardly wait.
private struct ReleaseBatch {
    private static let mostRequests = 64
    private static let mostEvents = 2000
    private static let mostBytes = 8 * 1024 * 1024

    private var released: [Released] = []
    private var events = 0
    private var bytes = 0

    /// Whether it is time to store them.
    var isFull: Bool { released.count >= Self.mostRequests || events >= Self.mostEvents || bytes >= Self.mostBytes }

    mutating func add(_ id: QuarantineID, _ found: [NewEvent], bytes size: Int) {
        released.append(Released(id: id, events: found))
        events += found.count
        bytes += size
    }

    mutating func take() -> [Released] {
        defer { self = ReleaseBatch() }
        return released
    }
}

extension Problem {
    fileprivate static func sourceGone(_ name: String) -> Problem {
        .unknownSource.remarking("the source \(name) is not configured any more: add it to the config file again")
    }
}
