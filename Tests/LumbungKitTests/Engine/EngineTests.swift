import LumbungCore
import LumbungKit
import LumbungTesting
import Testing

@Suite struct EngineTests {
    @Test func `a stored event is delivered once and completed`() async throws {
        let bench = EngineBench()
        try await bench.run { id, committed in
            try await bench.queue(["one"], to: id, committed: committed)
            await bench.wait { $0.statusCounts()[.completed] == 1 }
        }
        #expect(bench.transport.entries.map(\.identity) == ["one"])
        #expect(bench.transport.entries.map(\.attempt) == [1])
    }

    @Test func `events stored before the start run with no one asking`() async throws {
        let bench = EngineBench()
        let id = try await bench.destination()
        _ = try await bench.store.append([.sample("waiting", receivedAt: bench.time.now, to: [id])])
        try await bench.run { _, _ in
            await bench.wait { $0.statusCounts()[.completed] == 1 }
        }
        #expect(bench.transport.entries.count == 1)
    }

    @Test func `no more attempts run at once than there are workers`() async throws {
        let bench = EngineBench()
        bench.transport.hold()
        try await bench.run { id, committed in
            try await bench.queue((1...10).map { "e\($0)" }, to: id, committed: committed)
            await bench.transport.waitForStarts(2)
            #expect(bench.transport.running.count == 2)
            #expect(bench.store.model.statusCounts()[.processing] == 2)
            #expect(bench.store.model.statusCounts()[.pending] == 8)
            bench.transport.release()
            await bench.wait { $0.statusCounts()[.completed] == 10 }
        }
        #expect(Set(bench.transport.entries.map(\.identity)).count == 10)
        #expect(bench.transport.entries.count == 10)
    }

    @Test func `the attempt is counted before it runs`() async throws {
        let bench = EngineBench()
        bench.transport.hold()
        try await bench.run { id, committed in
            try await bench.queue(["counted"], to: id, committed: committed)
            await bench.transport.waitForStarts(1)
            let stored = bench.store.model.events.first
            #expect(stored?.status == .processing)
            #expect(stored?.attempts == 1)
            bench.transport.release()
            await bench.wait { $0.statusCounts()[.completed] == 1 }
        }
    }

    @Test func `with more destinations than workers nobody's event is forgotten`() async throws {
        var several = EngineBench()
        several.others = ["b", "c", "d", "e"]
        let bench = several
        try await bench.run { _, committed in
            let numbers = try await bench.store.register(destinations: [])
            // Again and again the same one, while all the others have nothing.
            for (round, name) in ["e", "e", "e", "b", "b", "d", "d", "app", "app"].enumerated() {
                let id = try #require(numbers[name])
                try await bench.queue(["\(round)"], to: id, committed: committed)
                await bench.wait { $0.statusCounts() == [.completed: round + 1] }
            }
        }
        #expect(bench.transport.entries.count == 9)
    }

    @Test func `a retry is not forgotten while other destinations are asked`() async throws {
        var several = EngineBench()
        several.others = ["b", "c", "d", "e"]
        let bench = several
        bench.transport.script("flaky", [AttemptOutcome(kind: .timeout), .delivered])
        try await bench.run { id, committed in
            try await bench.queue(["flaky"], to: id, committed: committed)
            await bench.wait { $0.statusCounts()[.retrying] == 1 }
            let numbers = try await bench.store.register(destinations: [])
            for (round, name) in ["b", "c", "d", "e"].enumerated() {
                try await bench.queue([name], to: try #require(numbers[name]), committed: committed)
                await bench.wait { $0.statusCounts()[.completed] == round + 1 }
            }
            await bench.clock.waitForSleepers(count: 2)
            bench.time.advance(by: .seconds(5))
            bench.clock.advance(by: .seconds(5))
            await bench.wait { $0.statusCounts() == [.completed: 5] }
        }
    }

    @Test func `a rate holds what is handed out, and goes on by itself`() async throws {
        var slow = EngineBench()
        slow.rate = DeliveryRate(count: 2, period: .seconds(1))
        let bench = slow
        try await bench.run { id, committed in
            try await bench.queue(["1", "2", "3"], to: id, committed: committed)
            for round in 1...3 {
                await bench.wait { $0.statusCounts()[.completed] == round }
                guard round < 3 else { break }
                await bench.clock.waitForSleepers(count: 2)
                #expect(bench.transport.entries.count == round)
                bench.clock.advance(by: .milliseconds(500))
            }
        }
    }

    @Test func `a destination that opens while the store is at a turn is not forgotten`() async throws {
        var several = EngineBench()
        several.others = ["beside"]
        let bench = several
        let wait = Duration.seconds(1)
        bench.transport.script("1", [AttemptOutcome(kind: .status, statusCode: 503, retryAfter: wait)])
        bench.transport.hold()
        try await bench.run { id, committed in
            // Unproven, so that only one of them runs.
            try await bench.queue(["1", "2"], to: id, committed: committed)
            await bench.transport.waitForStarts(1)
            bench.store.hold(.turn)
            // The pause begins, and the turn that records it asks for the other destination alone.
            bench.transport.release()
            await bench.store.waitForHeld(1)
            // Both clocks, or a set wall clock would make the dispatcher look.
            bench.time.advance(by: wait)
            bench.clock.advance(by: wait)
            bench.store.release()
            await bench.wait { $0.statusCounts()[.completed] == 1 }
        }
    }

    @Test func `what waited behind a dead one starts when retention removes that one`() async throws {
        var short = EngineBench()
        short.configuration.retention = RetentionPolicy(finished: .seconds(86_400), dead: .seconds(10))
        short.configuration.pruneInterval = .seconds(60)
        let bench = short
        bench.transport.script("dead", [AttemptOutcome(kind: .status, statusCode: 410)])
        try await bench.run { id, committed in
            var events = ["dead", "behind"].map { NewEvent.sample($0, receivedAt: bench.time.now, to: [id]) }
            for index in events.indices { events[index].orderKeys[id] = OrderKey("k", deadBlocks: true) }
            _ = try await bench.store.append(events)
            committed()
            await bench.wait { $0.statusCounts() == [.dead: 1, .pending: 1] }
            await bench.clock.waitForSleepers(count: 1)
            bench.time.advance(by: .seconds(60))
            bench.clock.advance(by: .seconds(60))
            await bench.wait { $0.statusCounts() == [.completed: 1] }
        }
    }

    @Test func `ten failures in a row rest the destination, one probe decides, and success opens it`() async throws {
        var short = EngineBench()
        short.retry = RetryPolicy(attempts: 1)
        let bench = short
        for index in 0..<11 { bench.transport.script("bad \(index)", [AttemptOutcome(kind: .status, statusCode: 500)]) }
        try await bench.run { id, committed in
            try await bench.queue((0..<10).map { "bad \($0)" }, to: id, committed: committed)
            await bench.wait { $0.statusCounts()[.dead] == 10 }
            try await bench.queue(["bad 10", "good 1", "good 2"], to: id, committed: committed)
            // The bench's jitter is 1, so that rests are 120 % of 10 s and of 20 s.
            await bench.clock.waitForSleepers(count: 2)
            #expect(bench.transport.entries.count == 10)
            bench.clock.advance(by: .seconds(12))
            await bench.wait { $0.statusCounts()[.dead] == 11 }
            await bench.clock.waitForSleepers(count: 2)
            #expect(bench.transport.entries.count == 11)
            bench.clock.advance(by: .seconds(24))
            await bench.wait { $0.statusCounts()[.completed] == 2 }
        }
    }

    @Test func `an answer 503 holds the whole destination for as long as it says`() async throws {
        let bench = EngineBench()
        let busy = AttemptOutcome(kind: .status, statusCode: 503, retryAfter: .seconds(7))
        bench.transport.script("busy", [busy, .delivered])
        try await bench.run { id, committed in
            try await bench.queue(["busy"], to: id, committed: committed)
            await bench.wait { $0.statusCounts()[.retrying] == 1 }
            try await bench.queue(["behind"], to: id, committed: committed)
            await bench.clock.waitForSleepers(count: 2)
            #expect(bench.transport.entries.count == 1)
            bench.time.advance(by: .seconds(7))
            bench.clock.advance(by: .seconds(7))
            await bench.wait { $0.statusCounts() == [.completed: 2] }
        }
    }

    @Test func `a failure waits its time and is tried again`() async throws {
        let bench = EngineBench()
        bench.transport.script("flaky", [AttemptOutcome(kind: .status, statusCode: 500), .delivered])
        try await bench.run { id, committed in
            try await bench.queue(["flaky"], to: id, committed: committed)
            await bench.wait { $0.statusCounts()[.retrying] == 1 }
            // The bench's jitter is 1, so the first wait is the whole 5 s; the maintenance sleeps as well.
            await bench.clock.waitForSleepers(count: 2)
            #expect(bench.transport.entries.count == 1)
            bench.time.advance(by: .seconds(5))
            bench.clock.advance(by: .seconds(5))
            await bench.wait { $0.statusCounts()[.completed] == 1 }
        }
        #expect(bench.transport.entries.map(\.attempt) == [1, 2])
    }

    @Test func `the last allowed failure is dead and nothing runs after it`() async throws {
        var bench = EngineBench(transport: FakeTransport { _ in AttemptOutcome(kind: .refused) })
        bench.retry = RetryPolicy(attempts: 1)
        let settled = bench
        try await settled.run { id, committed in
            try await settled.queue(["hopeless"], to: id, committed: committed)
            await settled.wait { $0.statusCounts()[.dead] == 1 }
        }
        #expect(settled.transport.entries.count == 1)
    }

    @Test func `a payload that no longer matches its digest is never sent`() async throws {
        let bench = EngineBench()
        try await bench.run { id, committed in
            var event = NewEvent.sample("rotten", receivedAt: bench.time.now, to: [id])
            event.digest = [UInt8](repeating: 7, count: 32)
            _ = try await bench.store.append([event])
            committed()
            await bench.wait { $0.statusCounts()[.dead] == 1 }
        }
        #expect(bench.transport.entries.isEmpty)
    }

    @Test func `a store that is busy for a moment costs no result`() async throws {
        let bench = EngineBench()
        bench.transport.hold()
        try await bench.run { id, committed in
            try await bench.queue(["kept"], to: id, committed: committed)
            await bench.transport.waitForStarts(1)
            bench.store.failNext(.turn, with: .busy)
            bench.transport.release()
            await bench.clock.waitForSleepers(count: 2)
            bench.clock.advance(by: .seconds(1))
            await bench.wait { $0.statusCounts()[.completed] == 1 }
        }
        #expect(bench.transport.entries.count == 1)
    }

    @Test func `a result that the store refuses is given up, and its delivery runs again when the lease ends`()
        async throws
    {
        var single = EngineBench()
        single.configuration.workerCount = 1
        let bench = single
        bench.transport.hold()
        try await bench.run { id, committed in
            try await bench.queue(["refused"], to: id, committed: committed)
            await bench.transport.waitForStarts(1)
            // Once with whatever else was in the turn, once alone.
            bench.store.failNext(.turn, with: .invalid("no such column"))
            bench.store.failNext(.turn, with: .invalid("no such column"))
            bench.transport.release()
            for _ in 1...2 {
                await bench.clock.waitForSleepers(count: 2)
                bench.clock.advance(by: .milliseconds(200))
            }
            try await bench.queue(["next"], to: id, committed: committed)
            await bench.wait { $0.statusCounts() == [.completed: 1, .processing: 1] }
            bench.time.advance(by: .seconds(3 * 3600))
            bench.clock.advance(by: .seconds(3 * 3600))
            await bench.wait { $0.statusCounts()[.completed] == 2 }
        }
        #expect(bench.transport.entries(of: "refused").map(\.attempt) == [1, 2])
        #expect(bench.transport.entries(of: "next").map(\.attempt) == [1])
    }

    @Test func `a lease that ended for the third time is told as a death`() async throws {
        let lines = LogLines()
        var single = EngineBench()
        single.configuration.workerCount = 1
        single.logger = lines.logger
        let bench = single
        let app = try await bench.destination()
        _ = try await bench.store.append([.sample("poison", receivedAt: bench.time.now, to: [app])])
        for round in 0..<(poisonLimit - 1) {
            let claim = Turn.Claim(destination: app, limit: 1, suspectLimit: min(round, 1))
            let turn = Turn(
                records: [], claims: [claim], leaseLimit: 1, now: bench.time.now, leaseUntil: bench.time.now)
            #expect(try await bench.store.turn(turn).leases.count == 1)
            _ = try await bench.store.recover(now: bench.time.now)
        }
        bench.transport.hold()
        try await bench.run { id, committed in
            await bench.transport.waitForStarts(1)
            for _ in 1...2 { bench.store.failNext(.turn, with: .invalid("no such column")) }
            bench.transport.release()
            for _ in 1...2 {
                await bench.clock.waitForSleepers(count: 2)
                bench.clock.advance(by: .milliseconds(200))
            }
            try await bench.queue(["next"], to: id, committed: committed)
            await bench.wait { $0.statusCounts() == [.completed: 1, .processing: 1] }
            bench.time.advance(by: .seconds(3 * 3600))
            bench.clock.advance(by: .seconds(3 * 3600))
            await bench.wait { $0.statusCounts()[.dead] == 1 }
        }
        let deaths = lines.all.filter { $0.contains("delivery is dead") }
        #expect(deaths.count == 1 && deaths.first?.hasPrefix("error ") == true, "\(lines.all)")
        #expect(!lines.all.contains { $0.contains("run again") && $0.contains("taken back") }, "\(lines.all)")
    }

    @Test func `an attempt that is cut by the stop counts and is written down`() async throws {
        var short = EngineBench()
        short.configuration.shutdownGrace = .seconds(5)
        let bench = short
        bench.transport.hold()
        try await bench.run { id, committed in
            try await bench.queue(["cut"], to: id, committed: committed)
            await bench.transport.waitForStarts(1)
        } whileStopping: {
            await bench.clock.waitForSleepers(count: 2)
            bench.clock.advance(by: .seconds(5))
        }
        let stored = try #require(bench.store.model.events.first)
        #expect(stored.status == .retrying && stored.attempts == 1)
        #expect(stored.deliveries[0].dueAt == bench.time.now)
        #expect(stored.deliveries[0].history.map(\.outcome) == [.interrupted])
    }

    @Test func `a graceful stop lets running attempts finish and claims nothing more`() async throws {
        let bench = EngineBench()
        bench.transport.hold()
        try await bench.run { id, committed in
            try await bench.queue((1...5).map { "e\($0)" }, to: id, committed: committed)
            await bench.transport.waitForStarts(2)
            bench.transport.release("e1")
            bench.transport.release("e2")
            await bench.wait { $0.statusCounts()[.completed] == 2 }
            bench.transport.release()
        }
        let counts = bench.store.model.statusCounts()
        #expect(counts[.processing] ?? 0 == 0)
        #expect((counts[.completed] ?? 0) + (counts[.pending] ?? 0) == 5)
    }

    @Test func `a death names the one way back that every source leaves open`() async throws {
        let lines = LogLines()
        var told = EngineBench()
        told.retry = RetryPolicy(attempts: 1)
        told.logger = lines.logger
        let bench = told
        bench.transport.script("refused", [AttemptOutcome(kind: .refused)])
        try await bench.run { id, committed in
            try await bench.queue(["refused"], to: id, committed: committed)
            await bench.wait { $0.statusCounts()[.dead] == 1 }
        }
        #expect(
            lines.all == ["error delivery is dead; the event is kept, and `lumbung events replay ID` starts it again"])
    }
}
