import Logging
import LumbungCore
import LumbungKit
import LumbungTesting
import ServiceLifecycle
import ServiceLifecycleTestKit

/// One process of the simulation, from its start to its stop or crash.
///
/// Sendable without a lock because everything happens on the simulation's thread.
final class SimulatedLife: @unchecked Sendable {
    let number: Int
    private unowned let simulation: Simulation
    private(set) var book: LimitBook
    /// The destinations as the file says, that an operator has not removed.
    private(set) var configured: [DestinationID: Destination] = [:]
    private var parts: (store: SimulatedStore, engine: Engine)?
    private var task: Task<Void, Never>?
    private var trigger: GracefulShutdownTestTrigger?

    private var transports: [SimulatedTransport] = []
    /// By then a stop has written its last results, whatever the store refuses in between.
    private static let longestFarewell = Duration.seconds(120)

    /// Whether it was killed: nothing that still happens in it has an effect.
    private(set) var isCut = false
    /// Whether its engine has returned.
    private(set) var hasEnded = false
    /// When it was asked to stop.
    private(set) var stopAskedAt: Duration?
    /// Whether its engine may return without being asked: its store has failed.
    var mayEnd = false

    init(_ number: Int, in simulation: Simulation) {
        self.number = number
        self.simulation = simulation
        book = LimitBook(plan: simulation.plan, destinations: [:])
        let store = SimulatedStore(simulation, life: self, seed: simulation.drawSeed())
        for (id, place) in simulation.plan.places { configured[id] = destination(id, place) }
        let held = configured.held(by: simulation.model.destinationRecords())
        book = LimitBook(plan: simulation.plan, destinations: held)
        var configuration = EngineConfiguration(
            workerCount: simulation.plan.workerCount, queueBuffer: simulation.plan.queueBuffer,
            shutdownGrace: simulation.plan.grace, retention: simulation.plan.retention)
        configuration.leaseDuration = simulation.plan.leaseDuration
        configuration.pruneInterval = simulation.plan.pruneInterval
        let (jitter, wall) = (simulation.plan.jitter, simulation.wallClock)
        let engine = Engine(
            store: store, destinations: held, configuration: configuration,
            environment: EngineEnvironment(wallClock: wall, clock: simulation.clock, jitter: { jitter }),
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
        parts = (store, engine)
    }

    var store: SimulatedStore? { parts?.store }
    var engine: Engine? { parts?.engine }
    var isUp: Bool { !isCut && !hasEnded && stopAskedAt == nil && !mayEnd }

    private func destination(_ id: DestinationID, _ place: SimulationPlan.Place) -> Destination {
        let transport = SimulatedTransport(id, place, in: simulation, life: self)
        transports.append(transport)
        return Destination(
            name: place.name, transport: transport, retry: place.retry, concurrency: place.concurrency,
            rate: place.rate, isPaused: place.isPausedByFile && !simulation.isFinishing)
    }

    // MARK: Its course

    func start() {
        guard let engine else { return }
        task = Task(executorPreference: simulation.executor) { [self] in
            try? await testGracefulShutdown { trigger in
                self.trigger = trigger
                if stopAskedAt != nil { trigger.triggerGracefulShutdown() }
                try await engine.run()
            }
            if !isCut, stopAskedAt == nil, !mayEnd { simulation.violate("the engine ended by itself") }
            await engine.shutdown()
            hasEnded = true
            simulation.ended(self)
        }
    }

    func stop() {
        stopAskedAt = simulation.elapsed
        trigger?.triggerGracefulShutdown()
    }

    func crash() {
        isCut = true
        task?.cancel()
    }

    // MARK: What the oracle learns

    func asked(_ turn: Turn) -> LimitBook.Asked {
        book.asked(turn, policies: simulation.ledger.policies, now: simulation.elapsed)
    }

    func given(_ leases: [Lease], asked: LimitBook.Asked) {
        book.given(leases, asked: asked, now: simulation.elapsed)
    }

    func started(_ lease: Lease) {
        book.started(lease, now: simulation.elapsed)
    }

    func ended(_ lease: Lease, _ outcome: AttemptOutcome, with transport: SimulatedTransport) {
        book.ended(lease, outcome, at: simulation.elapsed, with: transport)
    }

    /// Nothing could run any more at this point of time, so the engine knows whatever it was told.
    func settled() {
        if isCut { simulation.violate("an engine that was cancelled goes on") }
        guard let stopAskedAt else { return }
        book.isStopping = true
        let late = simulation.elapsed - stopAskedAt - simulation.plan.grace
        if late > .zero, transports.contains(where: { $0.running > 0 }) {
            simulation.violate("an attempt outlived the grace time")
        }
        if late > Self.longestFarewell, !mayEnd { simulation.violate("the stop takes \(late) beyond the grace time") }
    }

    /// Checks what an engine that ended in order leaves behind.
    func checkEnd() {
        let open = transports.count { $0.shutdowns == 0 }
        if !simulation.isWishing, open > 0 { simulation.violate("\(open) transports were not shut down") }
    }

    // MARK: Wishes

    /// Takes other destinations in.
    func reconfigure(_ change: (inout [DestinationID: Destination]) -> Void) async {
        guard let store, let engine, let records = try? await store.destinations() else { return }
        change(&configured)
        let held = configured.held(by: records)
        book.willConfigure(held)
        await engine.reconfigure(held)
        book.configure(held)
    }

    /// A destination with a transport of its own, as the file has it.
    func remade(_ id: DestinationID) -> Destination? {
        simulation.plan.places[id].map { destination(id, $0) }
    }

    /// Pauses a destination or lets it go on, as an operator does.
    func hold(_ name: String, _ isPaused: Bool) async {
        guard let inbox, let id = configured.first(where: { $0.value.name == name })?.key else { return }
        let before = book.slots[id]?.isPaused ?? false
        // While it is let go on it may be given something; while it is paused it still may.
        if !isPaused { book.pause(id, false) }
        let detail = try? await (isPaused ? inbox.pause(name) : inbox.resume(name))
        // An error means that it is as it was.
        book.pause(id, detail.map { $0.pausedBy != nil } ?? before)
    }

    /// What an operator asks.
    var inbox: InboxOperator? {
        guard let store, let engine else { return nil }
        return InboxOperator(
            store: store, engine: engine,
            configured: { [self] in ConfiguredInbox(destinations: configured, sources: []) },
            now: simulation.wallClock)
    }
}
