import LumbungCore
import LumbungKit
import LumbungTesting
import Testing

/// A transport that is handed its work in batches, and waits all the same when the test wants it to.
private struct BatchTransport: Transport {
    let fake = FakeTransport()

    var isImmediate: Bool { true }

    func deliver(_ attempt: Attempt) async -> AttemptOutcome { await fake.deliver(attempt) }

    func shutdown() async { await fake.shutdown() }
}

@Suite struct ReconfigureTests {
    private func app(_ transport: any Transport, isPaused: Bool = false) -> Destination {
        Destination(name: "app", transport: transport, isPaused: isPaused)
    }

    private func append(_ identities: [String], to id: DestinationID, in bench: EngineBench) async throws {
        _ = try await bench.store.append(
            identities.map { NewEvent.sample($0, receivedAt: bench.time.now, to: [id]) })
    }

    /// An attempt of each, counted once, and nothing else in the history.
    private func expectOneAttempt(of count: Int, in bench: EngineBench) {
        let stored = bench.store.model.events
        #expect(stored.count == count)
        #expect(stored.allSatisfy { $0.attempts == 1 && $0.deliveries[0].history.map(\.outcome) == [.delivered] })
    }

    @Test func `an attempt that runs ends with the transport it began with, which is shut down after it`() async throws
    {
        let bench = EngineBench()
        let id = try await bench.destination()
        let (old, new) = (bench.transport, FakeTransport())
        old.hold()
        try await bench.run([id: app(old)]) { engine in
            try await bench.queue(["running"], to: id, committed: engine.committed)
            await old.waitForStarts(1)
            await engine.reconfigure([id: app(new)])
            #expect(old.running.count == 1 && old.shutdowns == 0)
            try await bench.queue(["next"], to: id, committed: engine.committed)
            await new.waitForEnds(1)
            #expect(old.running.count == 1 && old.shutdowns == 0)
            old.release()
            await bench.wait { $0.statusCounts() == [.completed: 2] }
            await old.waitForShutdown()
            await engine.reconfigure([id: app(FakeTransport())])
            #expect(new.shutdowns == 1, "nobody used it")
        }
        #expect(old.shutdowns == 1 && new.shutdowns == 1)
        #expect(old.entries.map(\.identity) == ["running"] && new.entries.map(\.identity) == ["next"])
        expectOneAttempt(of: 2, in: bench)
    }

    @Test func `the shutdown of an engine shuts every transport down once`() async throws {
        let bench = EngineBench()
        let id = try await bench.destination()
        let (old, new) = (FakeTransport(), FakeTransport())
        try await bench.run([id: app(old)]) { engine in
            await engine.reconfigure([id: app(new)])
            #expect(old.shutdowns == 1 && new.shutdowns == 0)
            await engine.shutdown()
            await engine.shutdown()
        }
        #expect(old.shutdowns == 1 && new.shutdowns == 1)
    }

    @Test func `a copy with other limits keeps its transport`() async throws {
        let bench = EngineBench()
        let id = try await bench.destination()
        let first = app(bench.transport)
        try await bench.run([id: first]) { engine in
            try await bench.queue(["one"], to: id, committed: engine.committed)
            await bench.wait { $0.statusCounts() == [.completed: 1] }
            var second = first
            second.retry = RetryPolicy(attempts: 1)
            await engine.reconfigure([id: second])
            bench.transport.script("two", [AttemptOutcome(kind: .status, statusCode: 500)])
            try await bench.queue(["two"], to: id, committed: engine.committed)
            await bench.wait { $0.statusCounts()[.dead] == 1 }
        }
        #expect(bench.transport.shutdowns == 0)
    }

    @Test func `leases that come for a destination that is gone are handed back uncounted, and run when it is back`()
        async throws
    {
        let bench = EngineBench()
        let id = try await bench.destination()
        try await append(["1", "2"], to: id, in: bench)
        bench.store.hold(.turn)
        try await bench.run([id: app(bench.transport)]) { engine in
            await bench.store.waitForHeld(1)
            #expect(bench.store.model.statusCounts() == [.processing: 2])
            await engine.reconfigure([:])
            bench.store.release()
            await bench.wait { $0.statusCounts() == [.pending: 2] }
            #expect(bench.store.model.events.allSatisfy { $0.attempts == 0 && $0.deliveries[0].history.isEmpty })
            #expect(bench.transport.entries.isEmpty)
            let back = FakeTransport()
            await engine.reconfigure([id: app(back)])
            await bench.wait { $0.statusCounts() == [.completed: 2] }
            #expect(Set(back.entries.map(\.attempt)) == [1])
        }
        expectOneAttempt(of: 2, in: bench)
    }

    @Test func `what no worker has begun runs under the new destination`() async throws {
        let bench = EngineBench()
        let id = try await bench.destination()
        let (old, new) = (BatchTransport(), BatchTransport())
        old.fake.hold()
        try await append((1...10).map { "\($0)" }, to: id, in: bench)
        // Of ten, the first of two workers takes a half, the second a half of the rest.
        try await bench.run([id: app(old)]) { engine in
            await old.fake.waitForStarts(2)
            await engine.reconfigure([id: app(new)])
            old.fake.release()
            await bench.wait { $0.statusCounts() == [.completed: 10] }
            await old.fake.waitForShutdown()
        }
        #expect(old.fake.entries.count == 7 && new.fake.entries.count == 3)
        expectOneAttempt(of: 10, in: bench)
    }

    @Test(arguments: [true, false])
    func `what no worker has begun waits when its destination is gone or paused`(isGone: Bool) async throws {
        let bench = EngineBench()
        let id = try await bench.destination()
        let (old, back) = (BatchTransport(), BatchTransport())
        old.fake.hold()
        try await append((1...10).map { "\($0)" }, to: id, in: bench)
        try await bench.run([id: app(old)]) { engine in
            await old.fake.waitForStarts(2)
            await engine.reconfigure(isGone ? [:] : [id: app(back, isPaused: true)])
            await bench.wait { $0.statusCounts() == [.processing: 7, .pending: 3] }
            old.fake.release()
            await bench.wait { $0.statusCounts() == [.completed: 7, .pending: 3] }
            #expect(bench.store.model.events.filter { $0.status == .pending }.allSatisfy { $0.attempts == 0 })
            #expect(back.fake.entries.isEmpty)
            await engine.reconfigure([id: app(BatchTransport())])
            await bench.wait { $0.statusCounts() == [.completed: 10] }
        }
        expectOneAttempt(of: 10, in: bench)
    }

    @Test func `what waits for a worker is handed back by a pause, and runs when it is lifted`() async throws {
        var bench = EngineBench()
        bench.configuration.workerCount = 1
        let (transport, id) = (bench.transport, try await bench.destination())
        try await bench.run([id: app(transport)]) { [bench] engine in
            try await bench.queue(["well"], to: id, committed: engine.committed)
            await bench.wait { $0.statusCounts() == [.completed: 1] }
            transport.hold()
            try await bench.queue(["runs", "ready", "waits"], to: id, committed: engine.committed)
            await transport.wait { $0.contains { $0.identity == "runs" } }
            await bench.wait { $0.statusCounts() == [.completed: 1, .processing: 2, .pending: 1] }
            await engine.pause(id, true)
            transport.release()
            await bench.wait { $0.statusCounts() == [.completed: 2, .pending: 2] }
            #expect(transport.entries.map(\.identity) == ["well", "runs"])
            await engine.pause(id, false)
            await bench.wait { $0.statusCounts() == [.completed: 4] }
        }
        expectOneAttempt(of: 4, in: bench)
    }

    @Test func `a batch is not forced on a destination that waits`() async throws {
        let bench = EngineBench()
        let id = try await bench.destination()
        let (old, new) = (BatchTransport(), FakeTransport())
        old.fake.hold()
        new.hold()
        try await append((1...10).map { "\($0)" }, to: id, in: bench)
        try await bench.run([id: Destination(name: "app", transport: old)]) { engine in
            await old.fake.waitForStarts(2)
            await engine.reconfigure([id: Destination(name: "app", transport: new, concurrency: 1)])
            old.fake.release()
            await new.waitForStarts(1)
            await bench.wait { $0.statusCounts() == [.completed: 7, .processing: 1, .pending: 2] }
            #expect(new.running.count == 1)
            new.release()
            await bench.wait { $0.statusCounts() == [.completed: 10] }
        }
        expectOneAttempt(of: 10, in: bench)
    }

    @Test func `a destination that comes new works, beside one that stays`() async throws {
        let bench = EngineBench()
        let id = try await bench.destination()
        let stays = app(bench.transport)
        try await bench.run([id: stays]) { engine in
            let other = try #require(try await bench.store.register(destinations: ["other"])["other"])
            // Stored before the engine knows where to: the configuration tells it.
            try await bench.queue(["early"], to: other, committed: engine.committed)
            let transport = FakeTransport()
            await engine.reconfigure([id: stays, other: Destination(name: "other", transport: transport)])
            try await bench.queue(["app"], to: id, committed: engine.committed)
            await bench.wait { $0.statusCounts() == [.completed: 2] }
            #expect(transport.entries.map(\.destination) == ["other"])
        }
        #expect(bench.transport.entries.map(\.identity) == ["app"] && bench.transport.shutdowns == 0)
    }

    @Test func `an attempt with a former transport says nothing about the new one`() async throws {
        var short = EngineBench()
        short.configuration.workerCount = 11
        let bench = short
        let id = try await bench.destination()
        let (old, new) = (FakeTransport { _ in AttemptOutcome(kind: .refused) }, FakeTransport())
        let retry = RetryPolicy(attempts: 1)
        old.hold()
        try await bench.run([id: Destination(name: "app", transport: old, retry: retry)]) { engine in
            try await bench.queue((1...10).map { "bad \($0)" }, to: id, committed: engine.committed)
            await old.waitForStarts(10)
            await engine.reconfigure([id: Destination(name: "app", transport: new, retry: retry)])
            old.release()
            await bench.wait { $0.statusCounts() == [.dead: 10] }
            // Ten failures in a row would have opened its breaker.
            try await bench.queue(["good"], to: id, committed: engine.committed)
            await bench.wait { $0.statusCounts()[.completed] == 1 }
        }
    }

    @Test func `what waits is held within the longest wait of the destinations there are now`() async throws {
        let bench = EngineBench()
        let id = try await bench.destination()
        let first = Destination(
            name: "app", transport: bench.transport, retry: RetryPolicy(first: .seconds(3600), longest: .seconds(3600)))
        bench.transport.script("flaky", [AttemptOutcome(kind: .timeout), .delivered])
        try await bench.run([id: first]) { engine in
            try await bench.queue(["flaky"], to: id, committed: engine.committed)
            await bench.wait { $0.statusCounts()[.retrying] == 1 }
            var second = first
            second.retry = RetryPolicy(first: .seconds(60), longest: .seconds(60))
            await engine.reconfigure([id: second])
            await bench.clock.waitForSleepers(count: 2)
            bench.time.advance(by: .seconds(86_400))
            let bound = bench.time.now.advanced(by: .seconds(60))
            engine.committed()
            await bench.wait { $0.events.first?.deliveries.first?.dueAt == bound }
        }
    }
}
