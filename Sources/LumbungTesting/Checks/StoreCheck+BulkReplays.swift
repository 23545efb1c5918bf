import LumbungCore
import Testing

extension StoreCheck {
    static let replayBounds: [StoreCheck] = [
        StoreCheck("a bulk replay leaves what goes to a destination that is not configured, and ends") {
            bench async throws in
            let id = try await bench.put(.sample("both", to: [bench.first, bench.second])).id
            let claims = [bench.claim(bench.first), bench.claim(bench.second)]
            for lease in try await bench.turn(claims: claims).leases { try await bench.record(lease, .dead) }
            let replay = try await bench.begin(.of(.dead))
            #expect(try await bench.step(replay, configured: [bench.second]) == 1)
            #expect(try await bench.event(id).deliveries.map(\.status) == [.dead, .pending])
            let record = try #require(try await bench.operations.replay(replay))
            #expect((record.events, record.started, record.left, record.unconfigured) == (1, 1, 1, 1))
            #expect(record.status == .completed && record.waitingFor == [bench.second: 1])
        },
        StoreCheck("a bulk replay to a destination that is not configured makes no delivery") { bench async throws in
            let id = try await bench.put(.sample("unrouted", to: [])).id
            var order = ReplayOrder.of(.completed)
            order.destination = bench.second
            let replay = try await bench.begin(order)
            #expect(try await bench.step(replay, configured: [bench.first]) == 0)
            #expect(try await bench.event(id).isUnrouted)
            let record = try #require(try await bench.operations.replay(replay))
            #expect((record.events, record.started, record.left, record.unconfigured) == (0, 0, 1, 1))
            #expect(record.status == .completed)
        },
        StoreCheck("a delivery that waits for a destination that is not configured any more is left as it stands") {
            bench async throws in
            try await bench.queue("open")
            let all = ReplayOrder(filter: EventFilter())
            let replay = try await bench.begin(all)
            #expect(try await bench.step(replay, configured: []) == 0)
            let record = try #require(try await bench.operations.replay(replay))
            #expect((record.left, record.unconfigured) == (0, 0), "a replay does not meet what has nothing to start")
        },
        StoreCheck("sixteen bulk replays run at a time, and the end of one makes room for another") {
            bench async throws in
            var last = ReplayID(0)
            for _ in 0..<ReplayRecord.mostRunning { last = try await bench.begin(.of(.dead)) }
            let operations = try bench.operations
            #expect(try await operations.beginReplay(.of(.dead), now: bench.now) == nil)
            #expect(try await operations.replays(onlyRunning: true).count == 16)
            _ = try await operations.cancelReplay(last, now: bench.now)
            let next = try await bench.begin(.of(.dead))
            #expect(next > last)
            #expect(try await operations.beginReplay(.of(.dead), now: bench.now) == nil)
        },
        StoreCheck("a bulk replay begins at the oldest event that is kept") { bench async throws in
            let empty = try await bench.begin(.of(.dead))
            let none = try #require(try await bench.operations.replay(empty))
            #expect(none.position == none.through)
            let old = bench.now.advanced(by: .seconds(-500))
            try await bench.queue("old", receivedAt: old)
            try await bench.finish(.dead, at: old)
            let kept = try await bench.queue("kept")
            try await bench.finish(.dead)
            let policy = RetentionPolicy(finished: .seconds(100), dead: .seconds(100))
            #expect(try await bench.prune(policy, at: bench.now) == 1)
            let replay = try await bench.begin(.of(.dead))
            #expect(try await bench.operations.replay(replay)?.position == EventID(kept.value - 1))
            #expect(try await bench.step(replay) == 1)
        },
    ]
}
