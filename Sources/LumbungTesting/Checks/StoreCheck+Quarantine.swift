import LumbungCore
import Testing

extension StoreCheck {
    static let quarantine: [StoreCheck] = [
        StoreCheck("a request in quarantine is kept as it came, and listed without its body") { bench async throws in
            let request = QuarantinedRequest.sample(body: [0, 255, 10, 0])
            let id = try await bench.keep(request)
            #expect(try await bench.store.quarantined(id) == request)
            var head = request
            head.body = []
            let page = try await bench.store.quarantined(QuarantineQuery())
            #expect(page.items == [QuarantinePage.Item(id: id, request: head, bodyBytes: 4)])
            #expect(page.next == nil)
        },
        StoreCheck("a list of the quarantine is newest first, by source, and goes on where a page ended") {
            bench async throws in
            var ids: [QuarantineID] = []
            for source in ["shop", "bank", "shop", "shop"] { ids.append(try await bench.keep(.sample(source: source))) }
            let first = try await bench.store.quarantined(QuarantineQuery(source: "shop", limit: 2))
            #expect(first.items.map(\.id) == [ids[3], ids[2]])
            let next = try #require(first.next)
            let second = try await bench.store.quarantined(QuarantineQuery(source: "shop", before: next, limit: 2))
            #expect(second.items.map(\.id) == [ids[0]])
            #expect(second.next == nil)
        },
        StoreCheck("what is kept of one source is bounded in number, and what is kept stays") { bench async throws in
            let limits = QuarantineLimits(requests: 2, bytes: 1000)
            let kept = [try await bench.keep(.sample(), limits), try await bench.keep(.sample(), limits)]
            #expect(try await bench.quarantine(.sample(), limits) == .full)
            _ = try await bench.keep(.sample(source: "other"), limits)
            for id in kept { #expect(try await bench.store.quarantined(id) != nil) }
        },
        StoreCheck("what is kept of one source is bounded in bytes") { bench async throws in
            let request = QuarantinedRequest.sample(body: Array(repeating: 1, count: 100))
            let limits = QuarantineLimits(requests: 100, bytes: 2 * request.size)
            for _ in 0..<2 { _ = try await bench.keep(request, limits) }
            #expect(try await bench.quarantine(.sample(body: []), limits) == .full)
        },
        StoreCheck("a discarded request makes room and its number is not given again") { bench async throws in
            let limits = QuarantineLimits(requests: 1, bytes: 1000)
            let id = try await bench.keep(.sample(), limits)
            #expect(try await bench.store.discard(quarantined: [id, QuarantineID(id.value + 7)]) == 1)
            #expect(try await bench.store.quarantined(id) == nil)
            #expect(try await bench.keep(.sample(), limits) > id)
        },
        StoreCheck("a request that comes while the clock is ahead removes no other one as long as there is room") {
            bench async throws in
            let kept = try await bench.keep(.sample(lifetime: .seconds(60)))
            _ = try await bench.keep(.sample(receivedAt: bench.now.advanced(by: .seconds(86_400 * 365))))
            #expect(try await bench.store.quarantined(kept) != nil)
        },
        StoreCheck("an expired request makes room for another one, and is pruned") { bench async throws in
            let limits = QuarantineLimits(requests: 1, bytes: 1000)
            let old = try await bench.keep(.sample(receivedAt: bench.now, lifetime: .seconds(60)), limits)
            let later = bench.now.advanced(by: .seconds(60))
            let new = try await bench.keep(.sample(receivedAt: later, lifetime: .seconds(60)), limits)
            #expect(try await bench.store.quarantined(old) == nil)
            _ = try await bench.prune(RetentionPolicy(), at: later.advanced(by: .seconds(59)))
            #expect(try await bench.store.quarantined(new) != nil)
            let slice = try await bench.store.prune(
                RetentionPolicy(), now: later.advanced(by: .seconds(60)), after: EventID(0))
            #expect(try await bench.store.quarantined(new) == nil)
            #expect(slice.expired == 1)
        },
        StoreCheck("every expired request is pruned, however many there are") { bench async throws in
            for _ in 0..<250 { _ = try await bench.keep(.sample(lifetime: .seconds(60))) }
            _ = try await bench.prune(RetentionPolicy(), at: bench.now.advanced(by: .seconds(60)))
            #expect(try await bench.store.quarantined(QuarantineQuery()).items.isEmpty)
        },
        StoreCheck("a release stores the events with their time and takes the request out, once") {
            bench async throws in
            let id = try await bench.keep(.sample())
            let then = bench.now.advanced(by: .seconds(-500))
            let event = NewEvent.sample("one", receivedAt: then, to: [bench.first])
            #expect(try await bench.store.append([event], released: id).map(\.kind) == [.queued])
            #expect(try await bench.store.quarantined(id) == nil)
            let stored = try #require(try await bench.claim().first)
            #expect(try await bench.event(stored.event.id).createdAt == then)
            let other = NewEvent.sample("two", to: [bench.first])
            let refusal = await StoreBench.error { _ = try await bench.store.append([other], released: id) }
            guard case .invalid = refusal else {
                Issue.record("released twice: \(String(describing: refusal))")
                return
            }
            #expect(try await bench.put(other).kind == .queued)
        },
        StoreCheck("a release that cannot be stored leaves the request in quarantine") { bench async throws in
            let id = try await bench.keep(.sample())
            let broken = NewEvent.sample("", to: [bench.first])
            #expect(await StoreBench.error { _ = try await bench.store.append([broken], released: id) } != nil)
            #expect(try await bench.store.quarantined(id) != nil)
        },
    ]

    static let survivingQuarantine = StoreCheck("what is in quarantine survives a restart") { bench async throws in
        let request = QuarantinedRequest.sample()
        let id = try await bench.keep(request)
        try await bench.reopen()
        #expect(try await bench.store.quarantined(id) == request)
        #expect(try await bench.keep(request) > id)
    }
}

extension StoreBench {
    /// Asks the store to keep a request.
    func quarantine(
        _ request: QuarantinedRequest, _ limits: QuarantineLimits = QuarantineLimits()
    ) async throws -> QuarantineOutcome {
        let store = store
        let result: Result<QuarantineOutcome, StoreError> = await withCheckedContinuation { continuation in
            store.quarantine(request, limits: limits) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Keeps a request and returns its number.
    func keep(
        _ request: QuarantinedRequest, _ limits: QuarantineLimits = QuarantineLimits()
    ) async throws -> QuarantineID {
        let outcome = try await quarantine(request, limits)
        guard case .kept(let id) = outcome else {
            Issue.record("not kept: \(outcome)")
            return QuarantineID(0)
        }
        return id
    }
}

extension QuarantinedRequest {
    /// A request that failed its check.
    static func sample(
        source: String = "shop", receivedAt: Timestamp = NewEvent.sampleTime, lifetime: Duration = .seconds(3600),
        body: [UInt8] = Array(#"{"uuid":"one"}"#.utf8)
    ) -> QuarantinedRequest {
        QuarantinedRequest(
            source: source, receivedAt: receivedAt, expiresAt: receivedAt.advanced(by: lifetime),
            address: "203.0.113.9", target: "/webhook/\(source)?a=1", headers: "X-Signature: abc\nX-Signature: def",
            body: body, step: "signature", reason: "no signature matches")
    }
}
