import Foundation
import LumbungTesting
import Testing

/// The engine under seeds that decide everything: PROMISES 2, 3, 11, 12, 13, 14.
@Suite(.serialized) struct SimulationTests {
    /// How many seeds are run; `LUMBUNG_SIMULATION_SEEDS=100000` runs more, see `scripts/simulate`.
    private static let seeds = number("LUMBUNG_SIMULATION_SEEDS") ?? 2000
    /// The first of them.
    private static let first = number("LUMBUNG_SIMULATION_FIRST") ?? 0
    /// One seed to look at.
    private static let replayed = number("LUMBUNG_SIMULATION_SEED")

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
    }

    @Test func `every delivery comes to its end, within every limit`() async {
        var corners: Set<SimulationCorner> = []
        var failures = 0
        // After so many failures the next one says nothing new.
        for seed in Self.first..<Self.first + Self.seeds where failures < 20 {
            let simulation = Simulation(seed: seed)
            do {
                try simulation.run()
            } catch {
                failures += 1
                Issue.record(error)
            }
            corners.formUnion(simulation.corners)
            // Other tests run in the same pool.
            await Task.yield()
        }
        // A plan that no longer reaches a corner proves nothing about it.
        if Self.seeds >= 2000, failures == 0 { #expect(corners == Set(SimulationCorner.allCases)) }
    }

    /// Seeds that found a fault of the engine, and what it was.
    ///
    /// They mean what they mean as long as `SimulationPlan` draws as it does: whoever changes that looks for others, with
    /// the fault back in its place.
    private static let seedsThatFoundBugs: [(fault: String, seeds: [UInt64])] = [
        (
            "results whose attempts ended before the wall clock was set brought times of the former clock",
            [2836, 3622, 3801]
        ),
        (
            "an event read before the wall clock was set back, and stored after it, waited for the former time",
            [31, 2456]
        ),
        ("turns went on while the waits could not be moved, and what they wrote was moved with them", [2230, 2677]),
        ("a lease was taken back that a turn was just handing out, when the wall clock was set", [6056, 9251]),
        ("a lease was taken back by a clock that the dispatcher had not looked at, and moved with the waits", [12]),
    ]

    @Test(arguments: seedsThatFoundBugs.flatMap(\.seeds))
    func `a seed that found a fault passes`(_ seed: UInt64) throws {
        try Simulation(seed: seed).run()
    }

    @Test(arguments: (0..<40).map { first + $0 * 37 })
    func `a seed replays itself`(_ seed: UInt64) throws {
        let runs = try (0..<2).map { _ in
            let simulation = Simulation(seed: seed)
            try simulation.run()
            return simulation.trace
        }
        #expect(runs[0].digest == runs[1].digest && runs[0].count == runs[1].count)
    }

    @Test(.enabled(if: replayed != nil, "LUMBUNG_SIMULATION_SEED names one"))
    func `one seed with its trace`() throws {
        let simulation = Simulation(seed: Self.replayed ?? 0, keepsTrace: true)
        #expect(throws: Never.self) { try simulation.run() }
        print((simulation.plan.summary + simulation.trace.lines).joined(separator: "\n"))
    }
}
