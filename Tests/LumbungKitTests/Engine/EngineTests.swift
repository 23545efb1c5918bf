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
}
