import LumbungCore
import Testing

extension StoreCheck {
    static let fairness: [StoreCheck] = [
        StoreCheck("a source with a great backlog leaves the others their turn") { bench async throws in
            for index in 0..<30 { try await bench.queue("noisy \(index)", of: "a") }
            let later = bench.now.advanced(by: .milliseconds(5))
            for index in 0..<2 { try await bench.queue("quiet \(index)", of: "b", receivedAt: later) }
            let leases = try await bench.claim(limit: 4, at: later)
            #expect(leases.map(\.event.identity) == ["noisy 0", "noisy 1", "quiet 0", "quiet 1"])
            #expect(
                try await bench.claim(limit: 3, at: later).map(\.event.identity) == ["noisy 2", "noisy 3", "noisy 4"])
        },
        StoreCheck("one at a time, the sources are served in turn") { bench async throws in
            for source in ["c", "a", "b"] {
                for index in 0..<3 { try await bench.queue("\(source)\(index)", of: source) }
            }
            var served: [String] = []
            for _ in 0..<9 { served.append(try await bench.claimOne().event.identity) }
            #expect(served == ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"])
        },
        StoreCheck("what one source does not need goes to the others") { bench async throws in
            for index in 0..<9 { try await bench.queue("a\(index)", of: "a") }
            try await bench.queue("b0", of: "b")
            #expect(try await bench.claim(limit: 8).map(\.event.source).count { $0 == "a" } == 7)
        },
        StoreCheck("a source whose deliveries are due later is passed over, and told as next") { bench async throws in
            let later = bench.now.advanced(by: .seconds(3))
            try await bench.queue("later", of: "a", receivedAt: later)
            for index in 0..<3 { try await bench.queue("b\(index)", of: "b") }
            let turn = try await bench.turn(claims: [bench.claim(bench.first)])
            #expect(turn.leases.map(\.event.identity) == ["b0", "b1", "b2"] && turn.nextDueAt == later)
        },
        StoreCheck("the places of a hundred sources come round") { bench async throws in
            for source in 0..<100 {
                for index in 0..<2 { try await bench.queue("\(source).\(index)", of: "s\(source)") }
            }
            var served: [String: Int] = [:]
            for _ in 0..<20 {
                for lease in try await bench.claim(limit: 5) { served[lease.event.source, default: 0] += 1 }
            }
            #expect(served.count == 100 && served.values.allSatisfy { $0 == 1 })
        },
        StoreCheck("what live events are given takes no source's turn in a bulk replay") { bench async throws in
            for source in ["a", "b"] {
                for index in 0..<3 { try await bench.queue("old \(source)\(index)", of: source) }
            }
            for _ in 0..<6 { try await bench.finish(.dead) }
            let replay = try await bench.begin(.of(.dead))
            _ = try await bench.step(replay)
            var replayed: [String] = []
            for index in 0..<4 {
                try await bench.queue("live \(index)", of: "a")
                let leases = try await bench.claim(limit: 2).map(\.event)
                #expect(leases.map(\.identity).first == "live \(index)")
                replayed += leases.dropFirst().map(\.source)
            }
            #expect(replayed == ["a", "b", "a", "b"])
        },
        StoreCheck("something that is due already is told as due now") { bench async throws in
            for index in 0..<3 { try await bench.queue("\(index)", of: "s\(index)") }
            let later = bench.now.advanced(by: .seconds(7))
            let turn = try await bench.turn(claims: [bench.claim(bench.first, 1)], at: later)
            #expect(turn.leases.count == 1 && turn.nextDueAt == later)
        },
    ]

    static let bulkReplays: [StoreCheck] = [
        StoreCheck("a bulk replay starts what it means once, behind live events") { bench async throws in
            for index in 0..<3 { try await bench.queue("\(index)") }
            try await bench.finish(.dead)
            let id = try await bench.begin(.of(.dead))
            #expect(try await bench.step(id, limit: 2) == 2)
            try await bench.queue("live")
            #expect(try await bench.step(id, limit: 2) == 1)
            #expect(try await bench.step(id, limit: 2) == nil, "it has ended")
            #expect(try await bench.claim().map(\.event.identity) == ["live", "0", "1", "2"])
            let record = try #require(try await bench.operations.replay(id))
            #expect(record.status == .completed && record.endedAt == bench.now)
            #expect((record.events, record.started, record.left, record.waiting) == (3, 3, 0, 3))
        },
        StoreCheck("a delivery of a bulk replay stays behind live ones when it is tried again") { bench async throws in
            let id = try await bench.queue("old")
            try await bench.finish(.dead)
            let replay = try await bench.begin(.of(.dead))
            _ = try await bench.step(replay)
            try await bench.record(try await bench.claimOne(), .retry(at: bench.now))
            try await bench.queue("live")
            #expect(try await bench.delivery(id).replay == replay)
            let leases = try await bench.claim()
            #expect(leases.map(\.event.identity) == ["live", "old"])
            for lease in leases { try await bench.record(lease, .complete) }
            #expect(try await bench.operations.replay(replay)?.waiting == 0)
        },
        StoreCheck("a bulk replay reaches no event that came after it began") { bench async throws in
            try await bench.queue("before")
            try await bench.finish(.dead)
            let id = try await bench.begin(.of(.dead))
            try await bench.queue("after")
            try await bench.finish(.dead)
            #expect(try await bench.step(id) == 1)
            #expect(try await bench.operations.replay(id)?.status == .completed)
        },
        StoreCheck("of an event only the deliveries in the wanted status are started") { bench async throws in
            let id = try await bench.put(.sample("two", to: [bench.first, bench.second])).id
            try await bench.finish(.dead)
            let other = try await bench.turn(claims: [bench.claim(bench.second)]).leases[0]
            try await bench.record(other, .complete)
            let replay = try await bench.begin(.of(.dead))
            #expect(try await bench.step(replay) == 1)
            #expect(try await bench.event(id).deliveries.map(\.status) == [.pending, .completed])
            #expect(try await bench.operations.replay(replay)?.left == 1)
        },
        StoreCheck("a bulk replay to another destination makes the deliveries that there are not") {
            bench async throws in
            try await bench.queue("one")
            let unrouted = try await bench.put(.sample("two", to: [])).id
            try await bench.finish(.complete)
            var order = ReplayOrder.of(.completed)
            order.destination = bench.second
            let replay = try await bench.begin(order)
            #expect(try await bench.step(replay) == 2)
            #expect(try await !bench.event(unrouted).isUnrouted)
            let turn = try await bench.turn(claims: [bench.claim(bench.first), bench.claim(bench.second)])
            #expect(turn.leases.map(\.event.identity) == ["one", "two"])
            #expect(turn.leases.map(\.fanout) == [2, 1])
        },
        StoreCheck("the filter's own destination bounds what is started") { bench async throws in
            let id = try await bench.put(.sample("both", to: [bench.first, bench.second])).id
            let claims = [bench.claim(bench.first), bench.claim(bench.second)]
            for lease in try await bench.turn(claims: claims).leases { try await bench.record(lease, .dead) }
            var order = ReplayOrder.of(.dead)
            order.filter.destination = bench.second
            let replay = try await bench.begin(order)
            #expect(try await bench.step(replay) == 1)
            #expect(try await bench.event(id).deliveries.map(\.status) == [.dead, .pending])
        },
        StoreCheck("a status together with a destination is that delivery's") { bench async throws in
            for identity in ["one", "two"] {
                _ = try await bench.put(.sample(identity, to: [bench.first, bench.second]))
            }
            try await bench.finish(.dead)
            let others = try await bench.turn(claims: [bench.claim(bench.second)]).leases
            try await bench.record(others[0], .complete)
            var filter = EventFilter()
            let span = EventSpan(after: EventID(0), through: others[1].event.id)
            for (status, destination, expected) in [
                (EventStatus.dead, bench.first, 2), (.dead, bench.second, 0), (.completed, bench.second, 1),
                (.completed, bench.first, 0),
            ] {
                (filter.status, filter.destination) = (status, destination)
                let found = try await bench.operations.find(filter, in: span, limit: 9)
                #expect(found.events.count == expected, "\(status) to \(destination)")
            }
        },
        StoreCheck("a cancelled replay starts nothing more, and one that ended stays as it ended") {
            bench async throws in
            try await bench.queue("one")
            try await bench.finish(.dead)
            let id = try await bench.begin(.of(.dead))
            #expect(try await bench.operations.cancelReplay(id, now: bench.now))
            #expect(try await bench.step(id) == nil)
            #expect(try await bench.operations.replay(id)?.status == .cancelled)
            let done = try await bench.begin(.of(.dead))
            _ = try await bench.step(done)
            #expect(try await bench.operations.cancelReplay(done, now: bench.now))
            #expect(try await bench.operations.replay(done)?.status == .completed)
            #expect(try await !bench.operations.cancelReplay(ReplayID(99), now: bench.now))
            #expect(try await bench.operations.replays(onlyRunning: false).map(\.id) == [done, id])
        },
        StoreCheck("everything that was ordered is kept") { bench async throws in
            var filter = EventFilter()
            (filter.status, filter.source, filter.type, filter.identity) = (.dead, "a", "T", "u")
            (filter.destination, filter.from, filter.to) = (bench.first, bench.now, bench.now.advanced(by: .seconds(1)))
            filter.text = Array("50 % _'\"".utf8)
            let rate = DeliveryRate(count: 5, period: .seconds(60))
            let order = ReplayOrder(filter: filter, destination: bench.second, rate: rate)
            let id = try await bench.begin(order)
            #expect(try await bench.operations.replay(id)?.order == order)
            #expect(try await bench.operations.replay(id)?.createdAt == bench.now)
        },
        StoreCheck("a place in an order holds for what a bulk replay starts") { bench async throws in
            let key = OrderKey("k")
            for identity in ["one", "two"] {
                var event = NewEvent.sample(identity, to: [bench.first])
                event.orderKeys = [bench.first: key]
                _ = try await bench.put(event)
            }
            for _ in 0..<2 { try await bench.finish(.dead) }
            let replay = try await bench.begin(.of(.dead))
            _ = try await bench.step(replay)
            let first = try await bench.claim()
            #expect(first.map(\.event.identity) == ["one"])
            try await bench.record(first[0], .complete)
            try await bench.queue("live")
            #expect(try await bench.claim().map(\.event.identity) == ["live", "two"])
        },
        StoreCheck("a replayed delivery that a live one of its key waits for runs among the live ones") {
            bench async throws in
            try await bench.queue("old", key: "k")
            try await bench.finish(.dead)
            _ = try await bench.step(try await bench.begin(.of(.dead)))
            try await bench.queue("waits", key: "k")
            try await bench.queue("other")
            let old = try await bench.claimOne()
            #expect(old.event.identity == "old", "or other keys' events would keep this key waiting for ever")
            try await bench.record(old, .retry(at: bench.now))
            #expect(try await bench.claimOne().event.identity == "old", "also when it is tried again")
        },
        StoreCheck("a replayed delivery that is let go goes among the live ones when one of its key waits behind") {
            bench async throws in
            for identity in ["one", "two"] { try await bench.queue(identity, key: "k") }
            for _ in 0..<2 { try await bench.finish(.dead) }
            try await bench.queue("front", key: "k")
            let front = try await bench.claimOne()
            _ = try await bench.step(try await bench.begin(.of(.dead)))
            try await bench.queue("waits", key: "k")
            try await bench.queue("other")
            try await bench.record(front, .complete)
            #expect(try await bench.claim(limit: 1).map(\.event.identity) == ["one"])
        },
        StoreCheck("a replayed dead one that blocks its key runs among the live ones when one waits behind it") {
            bench async throws in
            try await bench.queue("blocks", key: "k", deadBlocks: true)
            try await bench.finish(.dead)
            try await bench.queue("waits", key: "k")
            _ = try await bench.step(try await bench.begin(.of(.dead)))
            try await bench.queue("other")
            #expect(try await bench.claim(limit: 1).map(\.event.identity) == ["blocks"])
        },
        StoreCheck("a single replay that waits for one of a bulk replay pulls it forward") { bench async throws in
            for identity in ["one", "two"] { try await bench.queue(identity, key: "k") }
            for _ in 0..<2 { try await bench.finish(.dead) }
            let bulk = try await bench.begin(.of(.dead))
            _ = try await bench.step(bulk, limit: 1)
            #expect(try await bench.operations.cancelReplay(bulk, now: bench.now))
            _ = try await bench.operations.replay(EventID(2), to: nil, now: bench.now)
            try await bench.queue("other")
            #expect(try await bench.claim(limit: 1).map(\.event.identity) == ["one"])
        },
    ]
}

extension ReplayOrder {
    /// Every event in a status, where it went.
    static func of(_ status: EventStatus) -> ReplayOrder {
        var filter = EventFilter()
        filter.status = status
        return ReplayOrder(filter: filter)
    }
}

extension StoreBench {
    /// Stores one new event of a source for the first destination.
    fileprivate func queue(
        _ identity: String, of source: String, receivedAt: Timestamp = NewEvent.sampleTime
    ) async throws {
        _ = try await put(.sample(identity, source: source, receivedAt: receivedAt, to: [first]))
    }

    /// Stores one new event with a place in the order of the first destination.
    fileprivate func queue(_ identity: String, key: String, deadBlocks: Bool = false) async throws {
        var event = NewEvent.sample(identity, to: [first])
        event.orderKeys = [first: OrderKey(key, deadBlocks: deadBlocks)]
        _ = try await put(event)
    }

    /// Begins a bulk replay.
    func begin(_ order: ReplayOrder) async throws -> ReplayID {
        try #require(try await operations.beginReplay(order, now: now))
    }

    /// Goes one step on with a replay, as the engine does.
    func step(
        _ id: ReplayID, limit: Int = 100, configured: Set<DestinationID>? = nil
    ) async throws -> Int? {
        let record = try #require(try await operations.replay(id))
        let span = EventSpan(after: record.position, through: record.through)
        let found = try await operations.find(record.order.filter, in: span, limit: limit)
        return try await operations.advanceReplay(
            ReplayStep(
                replay: id, events: found.events, position: found.position, isLast: found.position >= record.through,
                configured: configured ?? [first, second]),
            now: now)
    }
}
