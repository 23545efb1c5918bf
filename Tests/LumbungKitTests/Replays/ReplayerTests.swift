import LumbungCore
import LumbungKit
import LumbungTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct ReplayerTests {
    private static let everything = ReplayOrder(filter: EventFilter())

    /// Stores events for the destination and brings each to its end.
    private func finish(
        _ count: Int, _ decision: DeliveryDecision = .dead, in bench: EngineBench
    ) async throws -> DestinationID {
        let id = try await bench.destination()
        let now = bench.time.now
        _ = try await bench.store.append((0..<count).map { .sample("\($0)", receivedAt: now, to: [id]) })
        let claim = Turn.Claim(destination: id, limit: count, suspectLimit: 0)
        let leases = try await bench.store.turn(
            Turn(records: [], claims: [claim], leaseLimit: count, now: now, leaseUntil: now)
        ).leases
        let timing = AttemptTiming(startedAt: now, endedAt: now, duration: .zero)
        let records = leases.map {
            DeliveryRecord(lease: $0, outcome: .delivered, decision: decision, timing: timing)
        }
        _ = try await bench.store.turn(Turn(records: records, claims: [], leaseLimit: 0, now: now, leaseUntil: now))
        return id
    }

    @Test func `a replay that was begun before the start goes on with no one asking`() async throws {
        let bench = EngineBench()
        _ = try await finish(3, in: bench)
        let replay = try #require(
            try await bench.store.beginReplay(Self.everything, now: bench.time.now))
        try await bench.run { _, _ in
            await bench.wait { $0.statusCounts() == [.completed: 3] }
        }
        #expect(try await bench.store.replay(replay)?.status == .completed)
        #expect(bench.transport.entries.map(\.identity).sorted() == ["0", "1", "2"])
    }

    @Test func `the bell begins a replay while nothing else happens`() async throws {
        let bench = EngineBench()
        let id = try await finish(450, in: bench)
        try await bench.run([id: Destination(name: "app", transport: bench.transport)]) { engine in
            let replay = try #require(
                try await bench.store.beginReplay(Self.everything, now: bench.time.now))
            engine.replaysChanged()
            await bench.advance { $0.replayRecords()[0].status == .completed }
            await bench.wait { $0.statusCounts() == [.completed: 450] }
            #expect(try await bench.store.replay(replay)?.started == 450)
        }
    }

    @Test func `a rate spreads the events over time`() async throws {
        let bench = EngineBench()
        _ = try await finish(5, in: bench)
        let order = ReplayOrder(filter: EventFilter(), rate: DeliveryRate(count: 10, period: .seconds(1)))
        _ = try await bench.store.beginReplay(order, now: bench.time.now)
        let begin = bench.clock.now
        try await bench.run { _, _ in
            await bench.advance { $0.replayRecords()[0].status == .completed }
            await bench.wait { $0.statusCounts() == [.completed: 5] }
        }
        #expect(begin.duration(to: bench.clock.now) == .milliseconds(400))
    }

    @Test func `only so many deliveries of a replay wait at a time, and ending it leaves the rest as it was`()
        async throws
    {
        let bench = EngineBench()
        let id = try await finish(1050, in: bench)
        let paused = Destination(name: "app", transport: bench.transport, isPaused: true)
        try await bench.run([id: paused]) { engine in
            let replay = try #require(
                try await bench.store.beginReplay(Self.everything, now: bench.time.now))
            engine.replaysChanged()
            await bench.advance { $0.statusCounts()[.pending] == 1000 }
            await bench.clock.waitForSleepers(count: 2)
            bench.clock.advance(by: .seconds(1))
            await bench.clock.waitForSleepers(count: 2)
            #expect(try await bench.store.replay(replay)?.waiting == 1000)
            #expect(try await bench.store.cancelReplay(replay, now: bench.time.now))
            bench.clock.advance(by: .seconds(1))
            await engine.pause(id, false)
            await bench.wait { $0.statusCounts() == [.completed: 1000, .dead: 50] }
            #expect(try await bench.store.replay(replay)?.status == .cancelled)
        }
    }

    @Test func `a destination that is not configured any more holds nothing up, and what goes there is left`()
        async throws
    {
        let bench = EngineBench()
        let id = try await finish(1050, in: bench)
        let other = try await #require(bench.store.register(destinations: ["other"])["other"])
        _ = try await bench.store.append([.sample("other", receivedAt: bench.time.now, to: [other])])
        let app = Destination(name: "app", transport: bench.transport, isPaused: true)
        let kept = [other: Destination(name: "other", transport: FakeTransport())]
        try await bench.run(kept.merging([id: app]) { $1 }) { engine in
            await bench.wait { $0.statusCounts()[.completed] == 1 }
            let replay = try #require(
                try await bench.store.beginReplay(Self.everything, now: bench.time.now))
            engine.replaysChanged()
            await bench.advance { $0.statusCounts()[.pending] == 1000 }
            await engine.reconfigure(kept)
            await bench.advance { $0.replayRecords()[0].status == .completed }
            let record = try #require(try await bench.store.replay(replay))
            #expect((record.started, record.left, record.unconfigured) == (1001, 50, 50))
            await bench.wait { $0.statusCounts() == [.pending: 1000, .dead: 50, .completed: 1] }
        }
    }

    @Test func `a store that is busy is asked again`() async throws {
        let bench = EngineBench()
        let id = try await finish(2, in: bench)
        bench.store.failNext(.operate, with: .busy)
        try await bench.run([id: Destination(name: "app", transport: bench.transport)]) { engine in
            // The first try of the replayer meets the fault, not the order itself.
            await #expect(throws: StoreError.busy) {
                _ = try await bench.store.beginReplay(Self.everything, now: bench.time.now)
            }
            _ = try await bench.store.beginReplay(Self.everything, now: bench.time.now)
            bench.store.failNext(.operate, with: .diskFull)
            engine.replaysChanged()
            await bench.clock.waitForSleepers(count: 2)
            bench.clock.advance(by: .seconds(1))
            await bench.wait { $0.statusCounts() == [.completed: 2] }
        }
    }

    @Test func `live events come before those of a replay`() async throws {
        var one = EngineBench()
        one.configuration.workerCount = 1
        let bench = one
        let id = try await finish(3, in: bench)
        bench.transport.hold()
        try await bench.run([id: Destination(name: "app", transport: bench.transport)]) { engine in
            _ = try await bench.store.beginReplay(Self.everything, now: bench.time.now)
            engine.replaysChanged()
            await bench.wait { $0.replayRecords()[0].status == .completed }
            await bench.transport.waitForStarts(1)
            try await bench.queue(["live"], to: id, committed: engine.committed)
            bench.transport.release()
            await bench.wait { $0.statusCounts() == [.completed: 4] }
        }
        #expect(bench.transport.entries.map(\.identity) == ["0", "live", "1", "2"])
    }
}
