import LumbungCore

/// Runs the same random operations on a store and on ``InboxModel`` and compares them after every step.
public enum StoreRandomTest {
    /// Runs one sequence.
    /// - Parameters:
    ///   - seed: Everything random comes from it.
    ///   - steps: How many operations.
    ///   - factory: Makes the store; with `reopen` the sequence contains restarts.
    /// - Throws: ``StoreDifference`` naming the seed, or an error of the store.
    public static func run(seed: UInt64, steps: Int, factory: StoreFactory) async throws {
        try await factory.withBench { bench in
            let walk = try await RandomWalk(seed: seed, bench: bench, canReopen: factory.reopen != nil)
            for _ in 0..<steps { try await walk.step() }
            try await walk.compareEverything()
        }
    }
}

/// Where a store and the model differ.
public struct StoreDifference: Error, CustomStringConvertible {
    /// What differs, after which steps, under which seed.
    public let description: String
}

/// One random sequence: the generator, the model, the store, and which of their numbers belong together.
final class RandomWalk {
    /// The same lease in both worlds.
    struct LeasePair {
        var model: Lease
        var store: Lease
    }

    /// The same destination in both worlds.
    struct DestinationPair {
        var model: DestinationID
        var store: DestinationID
    }

    let seed: UInt64
    let bench: StoreBench
    let canReopen: Bool
    var random: SeededGenerator
    var model = InboxModel()
    var now = NewEvent.sampleTime
    var destinations: [DestinationPair] = []
    /// The store's number of every event of the model, also of removed ones.
    var storeIDs: [EventID: EventID] = [:]
    var held: [LeasePair] = []
    /// Leases that were recorded or voided; their tokens must be fenced.
    var past: [LeasePair] = []
    var touched: Set<EventID> = []
    private var stepNumber = 0
    private var journal: [String] = []

    init(seed: UInt64, bench: StoreBench, canReopen: Bool) async throws {
        self.seed = seed
        self.bench = bench
        self.canReopen = canReopen
        random = SeededGenerator(seed: seed)
        let names = ["first", "second", "third"]
        let stored = try await bench.store.register(destinations: names)
        let modelled = model.register(names)
        for name in names {
            guard let left = modelled[name], let right = stored[name] else { continue }
            destinations.append(DestinationPair(model: left, store: right))
        }
        _ = model.recover(now: now)
    }

    /// Does one operation on both and compares what it touched.
    func step() async throws {
        stepNumber += 1
        touched = []
        switch random.pick(1...100) {
        case ...34: try await append()
        case ...74: try await turn()
        case ...80: try await reclaim()
        case ...86: try await prune()
        case ...88: try await recover()
        case ...91 where canReopen: try await reopen()
        case ...92: try await reject()
        case ...94: try await operate()
        case ...95: try await setClock()
        default: moveTime()
        }
        for id in touched.sorted() { try await compare(id) }
        try await compareCounts()
    }

    /// Remembers what was done, for the message of a difference.
    func note(_ text: String) {
        journal.append("\(stepNumber): \(text)")
        if journal.count > 12 { journal.removeFirst() }
    }

    /// Stops the sequence unless both are alike.
    func require<Value: Equatable>(_ what: String, _ modelled: Value, _ stored: Value) throws {
        guard modelled != stored else { return }
        throw StoreDifference(
            description: """
                seed \(seed), step \(stepNumber): \(what) differs
                  model: \(modelled)
                  store: \(stored)
                  last steps:
                    \(journal.joined(separator: "\n    "))
                """)
    }

    /// Lets wall-clock time go on, or now and then back.
    private func moveTime() {
        let milliseconds = random.chance(percent: 15) ? -random.pick(0...5000) : random.pick(0...60_000)
        now = now.advanced(by: .milliseconds(milliseconds))
        note("time moves \(milliseconds) ms to \(now.milliseconds)")
    }
}
