import LumbungCore
import Testing

extension StoreCheck {
    static let operations: [StoreCheck] = listing + steering

    private static let listing: [StoreCheck] = [
        StoreCheck("events are listed newest first, page by page, each once") { bench async throws in
            for index in 0..<7 { try await bench.queue("\(index)") }
            var query = EventQuery(limit: 3)
            var seen: [String] = []
            var pages = 0
            repeat {
                let page = try await bench.operations.events(query)
                seen += page.events.map(\.identity)
                query.before = page.next
                pages += 1
            } while query.before != nil
            #expect(seen == ["6", "5", "4", "3", "2", "1", "0"] && pages == 3)
        },
        StoreCheck("a page that ends with the last event names no next one") { bench async throws in
            for index in 0..<4 { try await bench.queue("\(index)") }
            for (limit, hasNext) in [(3, true), (4, false), (5, false)] {
                #expect(
                    try await bench.operations.events(EventQuery(limit: limit)).next.map { _ in true }
                        == (hasNext ? true : nil))
            }
        },
        StoreCheck("each filter chooses, and all of them together") { bench async throws in
            let later = bench.now.advanced(by: .seconds(1))
            var other = NewEvent.sample(
                "b", source: "other", payload: Array(#"{"text":"50 % _off"}"#.utf8), receivedAt: later,
                to: [bench.second])
            (other.type, other.tenant) = ("SPECIAL", "1293289")
            _ = try await bench.put(.sample("a", to: [bench.first]))
            let id = try await bench.put(other).id
            var query = EventQuery()
            func identities() async throws -> [String] {
                try await bench.operations.events(query).events.map(\.identity)
            }
            let changes: [@Sendable (inout EventQuery) -> Void] = [
                { $0.filter.source = "other" }, { $0.filter.type = "SPECIAL" }, { $0.filter.tenant = "1293289" },
                { $0.filter.identity = "b" },
                { [second = bench.second] in $0.filter.destination = second },
                { $0.filter.from = later }, { $0.filter.text = Array("50 % _".utf8) }, { $0.filter.status = .pending },
            ]
            for change in changes.dropLast() {
                query = EventQuery()
                change(&query)
                #expect(try await identities() == ["b"])
            }
            query = EventQuery()
            for change in changes { change(&query) }
            #expect(try await identities() == ["b"])
            query.filter.to = later
            #expect(try await identities() == [], "the end of a time range is outside")
            query = EventQuery()
            query.filter.text = Array("50 %  _".utf8)
            #expect(try await identities() == [], "nothing in a text is a pattern")
            query = EventQuery()
            query.filter.tenant = ""
            #expect(try await identities() == ["a"], "what has none is found by the empty one")
            query = EventQuery()
            query.before = id
            #expect(try await identities() == ["a"])
        },
        StoreCheck("a tenant is kept byte for byte, told, and handed to deliveries") { bench async throws in
            let tenants = ["1293289", "", "e\u{301}", "\u{e9}", String(repeating: "t", count: 256)]
            for (index, tenant) in tenants.enumerated() {
                var event = NewEvent.sample("\(index)", to: [bench.first])
                event.tenant = tenant
                _ = try await bench.put(event)
            }
            var again = NewEvent.sample("0", to: [bench.first])
            again.tenant = "another"
            #expect(try await bench.put(again).kind == .duplicate, "the payload alone makes a conflict")
            let same = { (found: [String]) in found.map { Array($0.utf8) } == tenants.map { Array($0.utf8) } }
            #expect(same(try await bench.operations.events(EventQuery()).events.reversed().map(\.tenant)))
            let leases = try await bench.claim(limit: 9)
            #expect(same(leases.map(\.event.tenant)))
            for (lease, tenant) in zip(leases, tenants) {
                #expect(Array(try await bench.event(lease.event.id).event.tenant.utf8) == Array(tenant.utf8))
                var query = EventQuery()
                query.filter.tenant = tenant
                #expect(try await bench.operations.events(query).events.map(\.id) == [lease.event.id])
            }
        },
        StoreCheck("the time that a sender gives an event is told, and so is that there is none") {
            bench async throws in
            let written: [Int64?] = [1_789_654_259_123, nil, 0, 253_402_300_799_999]
            let times = written.map { $0.map(Timestamp.init(milliseconds:)) }
            for (index, time) in times.enumerated() {
                var event = NewEvent.sample("\(index)", to: [bench.first])
                event.occurredAt = time
                let id = try await bench.put(event).id
                #expect(try await bench.event(id).occurredAt == time)
            }
            let listed = try await bench.operations.events(EventQuery()).events
            #expect(listed.reversed().map(\.occurredAt) == times)
        },
        StoreCheck("what an event was proven as when it came stays with it, whatever comes again") {
            bench async throws in
            let presets = ["stripe", "", "standard-webhooks"]
            for (index, preset) in presets.enumerated() {
                var event = NewEvent.sample("\(index)", to: [bench.first])
                event.provenAs = preset
                let id = try await bench.put(event).id
                event.provenAs = "another"
                #expect(try await bench.put(event).kind == .duplicate)
                #expect(try await bench.event(id).event.provenAs == preset)
            }
            #expect(try await bench.operations.events(EventQuery()).events.reversed().map(\.provenAs) == presets)
            #expect(try await bench.claim(limit: 9).map(\.event.provenAs) == presets)
        },
        StoreCheck("a replay of many by tenant keeps its filter and starts just theirs") { bench async throws in
            for index in 0..<6 {
                var event = NewEvent.sample("\(index)", to: [bench.first])
                event.tenant = index.isMultiple(of: 2) ? "even" : "odd"
                _ = try await bench.put(event)
            }
            try await bench.finish(.complete)
            var order = ReplayOrder.of(.completed)
            order.filter.tenant = "even"
            let replay = try await bench.begin(order)
            #expect(try await bench.operations.replays(onlyRunning: true).map(\.order) == [order])
            #expect(try await bench.step(replay) == 3)
            #expect(try await bench.claim(limit: 9).map(\.event.identity) == ["0", "2", "4"])
        },
        StoreCheck("every status is found where it stands") { bench async throws in
            for index in 0..<5 { try await bench.queue("\(index)") }
            let leases = try await bench.claim(limit: 4)
            let decisions: [DeliveryDecision] = [.complete, .dead, .retry(at: bench.now)]
            for (lease, decision) in zip(leases, decisions) { try await bench.record(lease, decision) }
            let expected: [(EventStatus, [String])] = [
                (.completed, ["0"]), (.dead, ["1"]), (.retrying, ["2"]), (.processing, ["3"]), (.pending, ["4"]),
                (.cancelled, []),
            ]
            for (status, identities) in expected {
                var query = EventQuery()
                query.filter.status = status
                #expect(try await bench.operations.events(query).events.map(\.identity) == identities, "\(status)")
            }
        },
    ]

    private static let steering: [StoreCheck] = [
        StoreCheck("what was given up is found also while another delivery of its event waits") { bench async throws in
            let (both, one) = ([bench.first, bench.second], [bench.second])
            for (identity, destinations) in [("half", both), ("open", one), ("whole", [bench.first])] {
                _ = try await bench.put(.sample(identity, to: destinations))
            }
            try await bench.finish(.dead)
            var query = EventQuery()
            query.filter.status = .dead
            #expect(try await bench.operations.events(query).events.map(\.identity) == ["whole", "half"])
            #expect(try await bench.operations.events(query).events.map(\.status) == [.dead, .pending])
            query.filter.destination = bench.second
            #expect(try await bench.operations.events(query).events.isEmpty, "there nothing is dead")
            query.filter.status = .pending
            #expect(try await bench.operations.events(query).events.map(\.identity) == ["open", "half"])
            (query.filter.status, query.filter.destination) = (.dead, bench.first)
            query.before = EventID(3)
            #expect(try await bench.operations.events(query).events.map(\.identity) == ["half"])
            let replay = try await bench.begin(.of(.dead))
            #expect(try await bench.step(replay) == 2)
        },
        StoreCheck("a replay starts what is finished with fresh attempts and keeps the history") { bench async throws in
            for decision in [DeliveryDecision.complete, .dead] {
                let id = try await bench.queue("\(decision)")
                try await bench.finish(decision)
                let later = bench.now.advanced(by: .seconds(9))
                let report = try await bench.operations.replay(id, to: nil, now: later)
                #expect(report == OperationReport(changed: [bench.first], left: [:]))
                let delivery = try await bench.delivery(id)
                #expect(delivery.status == .pending && delivery.attempts == 0 && delivery.dueAt == later)
                #expect(delivery.history.count == 1)
                #expect(try await bench.event(id).status == .pending)
                try await bench.finish(.complete, at: later)
                #expect(try await bench.delivery(id).history.map(\.number) == [1, 1])
            }
        },
        StoreCheck("of the attempts before a restart the newest hundred are kept, whoever restarts") {
            bench async throws in
            let id = try await bench.queue("again")
            for run in 1...StoredAttempt.keptAtRestart + 3 {
                try await bench.finish(.dead, at: bench.now.advanced(by: .seconds(run)))
                let later = bench.now.advanced(by: .seconds(run))
                if run.isMultiple(of: 2) {
                    _ = try await bench.operations.replay(id, to: nil, now: later)
                } else {
                    _ = try await bench.put(.sample("again", receivedAt: later, to: [bench.first]))
                }
                let history = try await bench.delivery(id).history
                try #require(history.count == min(run, StoredAttempt.keptAtRestart))
                try #require(history.last?.startedAt == later.advanced(by: .milliseconds(-250)))
            }
        },
        StoreCheck("a replay leaves what is open as it stands") { bench async throws in
            let id = try await bench.queue("one")
            #expect(
                try await bench.operations.replay(id, to: nil, now: bench.now)
                    == OperationReport(changed: [], left: [bench.first: .pending]))
            let lease = try await bench.claimOne()
            #expect(
                try await bench.operations.replay(id, to: [bench.first], now: bench.now)
                    == OperationReport(changed: [], left: [bench.first: .processing]))
            #expect(try await bench.record(lease, .complete) == 0, "the running attempt's result counts")
        },
        StoreCheck("a replay to another destination makes a delivery, also while an attempt runs") {
            bench async throws in
            let id = try await bench.queue("one")
            let lease = try await bench.claimOne()
            #expect(
                try await bench.operations.replay(id, to: [bench.second], now: bench.now)?.changed == [bench.second])
            try await bench.record(lease, .complete)
            #expect(try await bench.event(id).status == .pending, "the new delivery still waits")
            let other = try await bench.turn(claims: [bench.claim(bench.second)]).leases
            #expect(other.map(\.event.id) == [id] && other.map(\.fanout) == [2])
            try await bench.record(try #require(other.first), .complete)
            #expect(try await bench.event(id).status == .completed)
        },
        StoreCheck("an unrouted event is routed by a replay") { bench async throws in
            let id = try await bench.put(.sample("one", to: [])).id
            #expect(
                try await bench.operations.replay(id, to: nil, now: bench.now)
                    == OperationReport(changed: [], left: [:]))
            #expect(try await bench.event(id).isUnrouted)
            #expect(try await bench.operations.replay(id, to: [bench.first], now: bench.now)?.changed == [bench.first])
            #expect(try await !bench.event(id).isUnrouted)
            #expect(try await bench.claim().map(\.event.id) == [id])
        },
        StoreCheck("a replay to an unknown destination, or of an unknown event, starts nothing") { bench async throws in
            let id = try await bench.queue("one")
            try await bench.finish(.complete)
            let operations = try bench.operations
            let unknown = [bench.first, DestinationID(4711)]
            let error = await StoreBench.error { _ = try await operations.replay(id, to: unknown, now: bench.now) }
            #expect(error.map { if case .invalid = $0 { true } else { false } } == true)
            #expect(try await bench.event(id).status == .completed)
            #expect(try await operations.replay(EventID(4711), to: nil, now: bench.now) == nil)
        },
        StoreCheck("a cancelled delivery never runs, and a running one is left alone") { bench async throws in
            let waiting = try await bench.queue("waiting")
            let lease = try await bench.claimOne()
            let second = try await bench.queue("second")
            let running = try await bench.operations.cancel(waiting, to: nil, now: bench.now)
            #expect(running == OperationReport(changed: [], left: [bench.first: .processing]))
            #expect(try await bench.operations.cancel(second, to: bench.second, now: bench.now)?.changed == [])
            #expect(
                try await bench.operations.cancel(second, to: bench.first, now: bench.now)?.changed == [bench.first])
            #expect(try await bench.event(second).status == .cancelled)
            #expect(try await bench.claim().isEmpty)
            try await bench.record(lease, .retry(at: bench.now))
            #expect(try await bench.operations.cancel(waiting, to: nil, now: bench.now)?.changed == [bench.first])
            #expect(try await bench.claim().isEmpty)
            #expect(try await bench.operations.replay(second, to: nil, now: bench.now)?.changed == [bench.first])
            #expect(try await bench.claim().map(\.event.id) == [second])
            #expect(try await bench.operations.cancel(EventID(4711), to: nil, now: bench.now) == nil)
        },
        StoreCheck("a pause is remembered, and open deliveries are counted beside it") { bench async throws in
            _ = try await bench.put(.sample("one", to: [bench.first, bench.second]))
            try await bench.operations.pause(bench.second, true)
            var records = try await bench.operations.destinations()
            #expect(records.map(\.name) == ["first", "second"])
            #expect(records.map(\.isPaused) == [false, true] && records.map(\.open) == [1, 1])
            try await bench.operations.pause(bench.second, false)
            try await bench.finish(.complete)
            records = try await bench.operations.destinations()
            #expect(records.map(\.isPaused) == [false, false] && records.map(\.open) == [0, 1])
            let operations = try bench.operations
            let error = await StoreBench.error { try await operations.pause(DestinationID(4711), true) }
            #expect(error.map { if case .invalid = $0 { true } else { false } } == true)
        },
    ]
}
