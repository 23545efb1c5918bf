import LumbungCore
import LumbungTesting

/// A destination as one life of the process reaches it: attempts take simulated time and end as weather and event say.
///
/// Sendable without a lock because everything happens on the simulation's thread.
final class SimulatedTransport: Transport, @unchecked Sendable {
    /// How one attempt goes.
    private enum Course {
        case ends(AttemptOutcome, after: Duration)
        /// The process is killed in the middle of it.
        case kills(after: Duration)
    }

    let id: DestinationID
    let place: SimulationPlan.Place
    private unowned let simulation: Simulation
    private unowned let life: SimulatedLife
    private(set) var running = 0
    private(set) var shutdowns = 0

    var isImmediate: Bool { place.isImmediate }

    init(_ id: DestinationID, _ place: SimulationPlan.Place, in simulation: Simulation, life: SimulatedLife) {
        self.id = id
        self.place = place
        self.simulation = simulation
        self.life = life
    }

    func deliver(_ attempt: Attempt) async -> AttemptOutcome {
        let interrupted = AttemptOutcome(kind: .interrupted)
        guard !life.isCut else { return interrupted }
        if shutdowns > 0 { simulation.violate("an attempt began with a transport that was shut down") }
        running += 1
        simulation.started(attempt.lease, of: life)
        var outcome = interrupted
        switch course(of: attempt.lease) {
        case .ends(let ending, let length):
            if await waits(length) { outcome = ending }
        case .kills(let length):
            if await waits(length) { simulation.crash(life, why: "event \(attempt.lease.event.id.value) kills it") }
        }
        running -= 1
        if !life.isCut { simulation.ended(attempt.lease, outcome, of: life, with: self) }
        return outcome
    }

    func shutdown() async {
        shutdowns += 1
        guard !life.isCut else { return }
        if running > 0 { simulation.violate("a transport was shut down while an attempt ran") }
        if shutdowns > 1 { simulation.violate("a transport was shut down twice") }
    }

    /// Waits unless the attempt is cut before.
    private func waits(_ length: Duration) async -> Bool {
        guard !isImmediate, length > .zero else { return true }
        do {
            try await simulation.clock.sleep(for: length)
            return true
        } catch {
            return false
        }
    }

    private func course(of lease: Lease) -> Course {
        let usual = Duration.milliseconds(simulation.draw(0...1500))
        let timeout = Course.ends(AttemptOutcome(kind: .timeout, detail: "no answer"), after: place.timeout)
        guard !simulation.isFinishing else { return .ends(.delivered, after: usual) }
        let natures = simulation.ledger.natures[DeliveryKey(lease)]
        let tries = simulation.ledger.tries(of: DeliveryKey(lease))
        switch natures ?? .well {
        case .kills(let times) where tries <= times: return .kills(after: usual)
        case .gone: return .ends(AttemptOutcome(kind: .status, statusCode: 410), after: usual)
        case .unwanted: return .ends(AttemptOutcome(kind: .status, statusCode: 422), after: usual)
        case .hangs(let times) where tries <= times: return timeout
        case .fails(let times) where tries <= times:
            return .ends(AttemptOutcome(kind: .status, statusCode: 500), after: usual)
        default: break
        }
        let now = simulation.elapsed
        guard let spell = place.weather.first(where: { $0.from <= now && now < $0.to }) else {
            return .ends(.delivered, after: usual)
        }
        switch spell.kind {
        case .refuses: return .ends(AttemptOutcome(kind: .refused), after: .zero)
        case .hangs: return timeout
        case .throttles: return .ends(AttemptOutcome(kind: .status, statusCode: 429), after: usual)
        case .throttlesForLong:
            let wait = Duration.seconds(simulation.draw(1...1200))
            return .ends(AttemptOutcome(kind: .status, statusCode: 503, retryAfter: wait), after: usual)
        case .flickers:
            let isWell = simulation.draw(1...2) == 1
            return .ends(isWell ? .delivered : AttemptOutcome(kind: .reset), after: usual)
        }
    }
}
