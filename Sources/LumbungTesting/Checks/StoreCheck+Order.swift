import LumbungCore
import Testing

extension StoreCheck {
    static let order: [StoreCheck] = [
        StoreCheck("events of one key run one after the other, and only of one key") { bench async throws in
            for identity in ["a1", "a2", "b1", "a3"] { try await queue(identity, bench) }
            #expect(try await bench.claim().map(\.event.identity) == ["a1", "b1"])
            #expect(try await bench.claim().isEmpty)
            #expect(try await held(bench) == ["a2", "a3"])
        },
        StoreCheck("the next one goes when the one in front is completed, dead or cancelled") { bench async throws in
            for index in 1...4 { try await queue("a\(index)", bench) }
            try await bench.record(try await bench.claimOne(), .complete)
            let second = try await bench.claimOne()
            #expect(second.event.identity == "a2" && second.isOrdered)
            try await bench.record(second, .dead)
            #expect(try await bench.operations.cancel(EventID(3), to: nil, now: bench.now)?.changed == [bench.first])
            #expect(try await bench.claim().map(\.event.identity) == ["a4"])
        },
        StoreCheck("one that waits for its retry, or whose attempt was cut, keeps its key waiting") {
            bench async throws in
            for index in 1...2 { try await queue("a\(index)", bench) }
            let later = bench.now.advanced(by: .seconds(9))
            try await bench.record(try await bench.claimOne(), .retry(at: later))
            let early = try await bench.turn(claims: [bench.claim(bench.first)])
            #expect(early.leases.isEmpty && early.nextDueAt == later)
            try await bench.record(try await bench.claimOne(at: later), .release)
            #expect(try await held(bench) == ["a2"])
            _ = try await bench.claimOne(at: later)
            _ = try await bench.store.recover(now: later)
            #expect(try await bench.claim(suspects: 1, at: later).map(\.event.identity) == ["a1"])
            #expect(try await held(bench) == ["a2"])
        },
        StoreCheck("a dead one that blocks keeps its key waiting until it is replayed or cancelled") {
            bench async throws in
            for index in 1...3 { try await queue("a\(index)", bench, deadBlocks: true) }
            try await bench.record(try await bench.claimOne(), .dead)
            #expect(try await bench.claim().isEmpty)
            #expect(try await bench.operations.replay(EventID(1), to: nil, now: bench.now)?.changed == [bench.first])
            let again = try await bench.claimOne()
            #expect(again.event.identity == "a1")
            try await bench.record(again, .complete)
            let second = try await bench.claimOne()
            #expect(second.event.identity == "a2")
            try await bench.record(second, .dead)
            #expect(try await bench.claim().isEmpty)
            #expect(try await bench.operations.cancel(EventID(2), to: nil, now: bench.now)?.changed == [bench.first])
            #expect(try await bench.claim().map(\.event.identity) == ["a3"])
        },
        StoreCheck("one that comes back waits while another of its key is under way, then goes first") {
            bench async throws in
            for index in 1...3 { try await queue("a\(index)", bench) }
            try await bench.record(try await bench.claimOne(), .dead)
            let second = try await bench.claimOne()
            #expect(try await bench.operations.replay(EventID(1), to: nil, now: bench.now)?.changed == [bench.first])
            #expect(try await held(bench) == ["a1", "a3"])
            try await bench.record(second, .complete)
            let first = try await bench.claimOne()
            #expect(first.event.identity == "a1")
            try await bench.record(first, .complete)
            #expect(try await bench.claim().map(\.event.identity) == ["a3"])
        },
        StoreCheck("a resend that revives takes its place in the order") { bench async throws in
            for index in 1...2 { try await queue("a\(index)", bench) }
            try await bench.record(try await bench.claimOne(), .dead)
            let second = try await bench.claimOne()
            #expect(try await bench.put(event("a1", bench)).kind == .revived)
            #expect(try await held(bench) == ["a1"])
            try await bench.record(second, .complete)
            #expect(try await bench.claim().map(\.event.identity) == ["a1"])
        },
        StoreCheck("a dead one that blocks lets its key go when retention removes it") { bench async throws in
            for index in 1...2 { try await queue("a\(index)", bench, deadBlocks: true) }
            try await bench.record(try await bench.claimOne(), .dead)
            let late = bench.now.advanced(by: .seconds(101))
            let policy = RetentionPolicy(finished: .seconds(1000), dead: .seconds(100))
            #expect(try await bench.prune(policy, at: late) == 1)
            #expect(try await bench.claim(at: late).map(\.event.identity) == ["a2"])
        },
        StoreCheck("each destination keeps an order of its own") { bench async throws in
            for index in 1...2 {
                var event = NewEvent.sample("\(index)", to: [bench.first, bench.second])
                event.orderKeys = [bench.first: OrderKey("k")]
                _ = try await bench.put(event)
            }
            let turn = try await bench.turn(claims: [bench.claim(bench.first), bench.claim(bench.second)])
            #expect(turn.leases.count { $0.destination == bench.first } == 1)
            #expect(turn.leases.count { $0.destination == bench.second } == 2)
        },
    ]

    private static func event(_ identity: String, _ bench: StoreBench, deadBlocks: Bool = false) -> NewEvent {
        var event = NewEvent.sample(identity, to: [bench.first])
        event.orderKeys = [bench.first: OrderKey(String(identity.prefix(1)), deadBlocks: deadBlocks)]
        return event
    }

    /// Stores an event whose key is the first letter of its identity.
    private static func queue(_ identity: String, _ bench: StoreBench, deadBlocks: Bool = false) async throws {
        _ = try await bench.put(event(identity, bench, deadBlocks: deadBlocks))
    }

    /// The identities of the events whose delivery waits for another of its key.
    private static func held(_ bench: StoreBench) async throws -> [String] {
        var identities: [String] = []
        for summary in try await bench.operations.events(EventQuery()).events.reversed() {
            let deliveries = try await bench.event(summary.id).deliveries
            if deliveries.contains(where: \.isHeld) { identities.append(summary.identity) }
        }
        return identities
    }
}
