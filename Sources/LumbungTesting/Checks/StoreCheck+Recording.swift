import LumbungCore
import Testing

extension StoreCheck {
    static let recording: [StoreCheck] = [
        StoreCheck("a completed delivery ends its event and keeps its attempt") { bench async throws in
            let id = try await bench.queue("one")
            let ended = bench.now.advanced(by: .seconds(2))
            let outcome = AttemptOutcome(kind: .delivered, statusCode: 204, response: Array("fine\u{0}\n".utf8))
            try await bench.record(try await bench.claimOne(), .complete, outcome: outcome, endedAt: ended)
            let stored = try await bench.event(id)
            #expect(stored.status == .completed && stored.attempts == 1 && stored.updatedAt == ended)
            let delivery = try await bench.delivery(id)
            #expect(delivery.status == .completed && delivery.dueAt == nil && delivery.lastError.isEmpty)
            var attempt = StoredAttempt(
                number: 1, outcome: .delivered, startedAt: ended.advanced(by: .milliseconds(-250)))
            attempt.statusCode = 204
            attempt.durationMilliseconds = 250
            attempt.response = outcome.response
            #expect(delivery.history == [attempt])
        },
        StoreCheck("a retry waits until it is due, then comes with the next number") { bench async throws in
            let id = try await bench.queue("one")
            let due = bench.now.advanced(by: .seconds(5))
            let outcome = AttemptOutcome(kind: .status, statusCode: 500, detail: "answered 500")
            try await bench.record(try await bench.claimOne(), .retry(at: due), outcome: outcome)
            let stored = try await bench.event(id)
            #expect(stored.status == .retrying && stored.attempts == 1)
            let delivery = try await bench.delivery(id)
            #expect(delivery.dueAt == due && delivery.lastError == "answered 500")
            let early = try await bench.turn(
                claims: [bench.claim(bench.first)], at: due.advanced(by: .milliseconds(-1)))
            #expect(early.leases.isEmpty && early.nextDueAt == due)
            let lease = try await bench.claimOne(at: due)
            #expect(lease.attempt == 2 && !lease.isSuspect)
            try await bench.record(lease, .complete, endedAt: due)
            let history = try await bench.delivery(id).history
            #expect(history.map(\.number) == [1, 2])
            #expect(history.map(\.outcome) == [.status, .delivered])
            #expect(history.map(\.statusCode) == [500, nil])
        },
        StoreCheck("a dead delivery is kept and not tried again") { bench async throws in
            let id = try await bench.queue("one")
            try await bench.record(
                try await bench.claimOne(), .dead, outcome: AttemptOutcome(kind: .timeout, detail: "no answer"))
            let stored = try await bench.event(id)
            #expect(stored.status == .dead && stored.attempts == 1)
            #expect(stored.deliveries.first?.lastError == "no answer" && stored.deliveries.first?.dueAt == nil)
            let turn = try await bench.turn(
                claims: [bench.claim(bench.first, suspects: 1)], at: bench.now.advanced(by: .seconds(86_400)))
            #expect(turn.leases.isEmpty && turn.nextDueAt == nil)
        },
        StoreCheck("a released delivery keeps its place among those that wait") { bench async throws in
            let oldest = try await bench.queue("oldest")
            let lease = try await bench.claimOne()
            let later = bench.now.advanced(by: .seconds(10))
            let next = try await bench.queue("next", receivedAt: bench.now.advanced(by: .seconds(1)))
            try await bench.record(lease, .release, outcome: AttemptOutcome(kind: .interrupted), endedAt: later)
            #expect(try await bench.delivery(oldest).dueAt == bench.now)
            #expect(try await bench.claim(at: later).map(\.event.id) == [oldest, next])
        },
        StoreCheck("a delivery released after the clock was set back is due at once") { bench async throws in
            let id = try await bench.queue("one")
            let lease = try await bench.claimOne()
            let earlier = bench.now.advanced(by: .seconds(-3600))
            try await bench.store.clockMoved(by: .seconds(-3600), now: earlier, longestWait: .seconds(60))
            try await bench.record(lease, .release, outcome: AttemptOutcome(kind: .interrupted), endedAt: earlier)
            #expect(try await bench.claim(at: earlier).map(\.event.id) == [id])
        },
        StoreCheck("a released delivery was not tried: its number comes again at once") { bench async throws in
            let id = try await bench.queue("one")
            try await bench.record(try await bench.claimOne(), .release, outcome: AttemptOutcome(kind: .interrupted))
            let stored = try await bench.event(id)
            #expect(stored.status == .pending && stored.attempts == 0)
            #expect(stored.deliveries.first?.history.isEmpty == true)
            #expect(stored.deliveries.first?.dueAt.map { $0 <= bench.now } == true)
            let again = try await bench.claimOne()
            #expect(again.attempt == 1 && !again.isSuspect)
            try await bench.record(again, .retry(at: bench.now))
            try await bench.record(try await bench.claimOne(), .release, outcome: AttemptOutcome(kind: .interrupted))
            #expect(try await bench.event(id).status == .retrying)
            #expect(try await bench.claimOne().attempt == 2)
        },
        StoreCheck("records and claims of one turn belong together: what is released may be handed out again") {
            bench async throws in
            try await bench.queue("one")
            let lease = try await bench.claimOne()
            let turn = try await bench.turn(
                [StoreBench.record(lease, .release, outcome: AttemptOutcome(kind: .interrupted))],
                claims: [bench.claim(bench.first)])
            #expect(turn.leases.map(\.attempt) == [1] && turn.fenced == 0)
            #expect(turn.leases.first?.token != lease.token)
        },
        StoreCheck("an event with several destinations sums them up") { bench async throws in
            let id = try await bench.put(.sample("one", to: [bench.first, bench.second])).id
            let claims = [bench.claim(bench.first), bench.claim(bench.second)]
            let leases = try await bench.turn(claims: claims).leases
            try #require(leases.count == 2)
            let due = bench.now.advanced(by: .seconds(1))
            #expect(try await bench.event(id).status == .processing)
            try await bench.record(leases[0], .complete)
            #expect(try await bench.event(id).status == .processing)
            try await bench.record(leases[1], .retry(at: due))
            #expect(try await bench.event(id).status == .retrying)
            let again = try await bench.turn(claims: claims, at: due).leases
            try #require(again.map(\.destination) == [bench.second])
            try await bench.record(again[0], .dead, endedAt: due)
            let stored = try await bench.event(id)
            #expect(stored.status == .dead && stored.attempts == 2)
            #expect(stored.deliveries.map(\.status) == [.completed, .dead])
        },
        StoreCheck("reviving touches only the dead deliveries of an event") { bench async throws in
            let id = try await bench.put(.sample("one", to: [bench.first, bench.second])).id
            let leases = try await bench.turn(claims: [bench.claim(bench.first), bench.claim(bench.second)]).leases
            try #require(leases.count == 2)
            try await bench.record(leases[0], .complete)
            try await bench.record(leases[1], .dead)
            #expect(try await bench.put(.sample("one", to: [bench.first, bench.second])).kind == .revived)
            #expect(try await bench.event(id).deliveries.map(\.status) == [.completed, .pending])
            let again = try await bench.turn(claims: [bench.claim(bench.first), bench.claim(bench.second)]).leases
            #expect(again.map(\.destination) == [bench.second])
        },
        StoreCheck("status counts are by event") { bench async throws in
            for index in 0..<5 { try await bench.queue("\(index)") }
            let leases = try await bench.claim(limit: 4)
            try await bench.record(leases[0], .complete)
            try await bench.record(leases[1], .dead)
            try await bench.record(leases[2], .retry(at: bench.now))
            _ = try await bench.put(.sample("unrouted", to: []))
            let counts = try await bench.store.statusCounts().filter { $0.value > 0 }
            #expect(counts == [.completed: 2, .dead: 1, .retrying: 1, .processing: 1, .pending: 1])
        },
        StoreCheck("health is ready while the store is open") { bench async throws in
            #expect(await bench.store.health() == .ready)
        },
    ]

    static let fencing: [StoreCheck] = [
        StoreCheck("a token is good for one record") { bench async throws in
            let id = try await bench.queue("one")
            let lease = try await bench.claimOne()
            #expect(try await bench.record(lease, .retry(at: bench.now)) == 0)
            for decision in [DeliveryDecision.complete, .dead, .release, .retry(at: bench.now)] {
                #expect(try await bench.record(lease, decision) == 1)
            }
            let stored = try await bench.event(id)
            #expect(stored.status == .retrying && stored.attempts == 1)
            #expect(stored.deliveries.first?.history.count == 1)
        },
        StoreCheck("an older token writes nothing over a newer lease") { bench async throws in
            let id = try await bench.queue("one")
            let old = try await bench.claimOne()
            #expect(try await bench.record(old, .retry(at: bench.now)) == 0)
            let new = try await bench.claimOne()
            let later = bench.now.advanced(by: .seconds(1))
            for decision in [DeliveryDecision.complete, .dead, .release, .retry(at: later)] {
                #expect(try await bench.record(old, decision, endedAt: later) == 1)
            }
            let stored = try await bench.event(id)
            #expect(stored.status == .processing && stored.attempts == 2 && stored.updatedAt == bench.now)
            #expect(try await bench.record(new, .complete) == 0)
            #expect(try await bench.event(id).status == .completed)
        },
        StoreCheck("one fenced record does not harm the others of its turn") { bench async throws in
            let ids = [try await bench.queue("one"), try await bench.queue("two")]
            let leases = try await bench.claim()
            try #require(leases.count == 2)
            var wrong = leases[0]
            wrong.token += 1_000_000
            let records = [StoreBench.record(wrong, .dead), StoreBench.record(leases[1], .complete)]
            #expect(try await bench.turn(records, claims: []).fenced == 1)
            #expect(try await bench.event(ids[0]).status == .processing)
            #expect(try await bench.event(ids[1]).status == .completed)
        },
        StoreCheck("a token is not valid for another event or destination") { bench async throws in
            let id = try await bench.put(.sample("one", to: [bench.first, bench.second])).id
            let other = try await bench.queue("two")
            let leases = try await bench.turn(claims: [bench.claim(bench.first), bench.claim(bench.second)]).leases
            try #require(leases.count == 3)
            var crossed = leases[0]
            crossed.token = leases[2].token
            var moved = leases[0]
            moved.event.id = other
            var nowhere = leases[0]
            nowhere.event.id = EventID(999_999)
            for lease in [crossed, moved, nowhere] { #expect(try await bench.record(lease, .complete) == 1) }
            #expect(try await bench.event(id).deliveries.map(\.status) == [.processing, .processing])
        },
    ]
}
