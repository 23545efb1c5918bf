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
    private static let slice: UInt64 = 100

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
    }

    @Test(arguments: (0..<max(1, seeds / slice)).map { first + $0 * slice })
    func `every delivery comes to its end, within every limit`(from: UInt64) throws {
        for seed in from..<from + min(Self.slice, Self.seeds) {
            #expect(throws: Never.self) { try Simulation(seed: seed).run() }
        }
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
