import LumbungCore
import LumbungKit
import LumbungTesting
import Testing

/// PROMISES 13: clock jumps cause neither loss nor stampede.
@Suite struct ClockJumpTests {
    @Test(arguments: [-86_400, 3600])
    func `a retry keeps its wait when the wall clock is set`(seconds: Int64) async throws {
        let bench = EngineBench()
        bench.transport.script("flaky", [AttemptOutcome(kind: .status, statusCode: 500), .delivered])
        try await bench.run { id, committed in
            try await bench.queue(["flaky"], to: id, committed: committed)
            await bench.wait { $0.statusCounts()[.retrying] == 1 }
            await bench.clock.waitForSleepers(count: 2)
            bench.time.advance(by: .seconds(seconds))
            let before = bench.time.now
            committed()
            await bench.wait { model in
                guard let dueAt = model.events.first?.deliveries.first?.dueAt else { return false }
                return dueAt == before.advanced(by: .seconds(5))
            }
            #expect(bench.transport.entries.count == 1)
            await bench.clock.waitForSleepers(count: 2)
            bench.time.advance(by: .seconds(5))
            bench.clock.advance(by: .seconds(5))
            await bench.wait { $0.statusCounts()[.completed] == 1 }
        }
    }

    @Test func `what was stored under a later clock runs at once after a start`() async throws {
        let bench = EngineBench()
        let id = try await bench.destination()
        let future = bench.time.now.advanced(by: .seconds(86_400))
        _ = try await bench.store.append([.sample("early", receivedAt: future, to: [id])])
        try await bench.run { _, _ in
            await bench.wait { $0.statusCounts()[.completed] == 1 }
        }
    }
}
