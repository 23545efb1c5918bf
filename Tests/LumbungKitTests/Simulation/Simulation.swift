import LumbungCore
import LumbungKit
import LumbungTesting

/// What went wrong under a seed.
struct SimulationFailure: Error, CustomStringConvertible {
    let description: String
}

/// The engine in a world where a seed decides everything: time, storage, destinations, senders, operators, crashes.
///
/// It runs jobs until none is left, looks at what the oracle says, and moves the clock to whatever comes next.
///
/// Sendable without a lock because everything happens on one thread.
final class Simulation: @unchecked Sendable {
    let seed: UInt64
    let plan: SimulationPlan
    let executor = SimulationExecutor()
    let clock = TestClock()
    var model = InboxModel()
    var ledger: DeliveryLedger
    var trace: SimulationTrace
    private(set) var life: SimulatedLife?
    /// Kept, so that what is left of a life that was cut finds its owner.
    private var lives: [SimulatedLife] = []
    var wishes: [SimulationPlan.Wish] = []
    var isWishing = false
    /// Whether all trouble is over and everything must come to its end.
    private(set) var isFinishing = false
    private var actions: [(at: Duration, action: SimulationPlan.Action)]
    private var random: SeededGenerator
    private var schedule: SeededGenerator
    private var wallOffset: Duration = .zero
    private var clockWasSetAt: Duration = .seconds(-3600)
    /// Whether the wall clock was set and the process ended before it could put that right.
    private var clockWasSetUnseen = false
    private var step = 0
    private var isDone = false
    private var ownCorners: Set<SimulationCorner> = []

    /// More jobs than any seed needs: a loop that spins ends here.
    private static let mostSteps = 400_000
    /// By then everything must have ended, with all trouble over.
    private static let patience = Duration.seconds(3 * 86_400)

    init(seed: UInt64, keepsTrace: Bool = false) {
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        plan = SimulationPlan(&random)
        schedule = SeededGenerator(seed: random.next())
        self.random = random
        trace = SimulationTrace(keepsAll: keepsTrace)
        ledger = DeliveryLedger(policies: plan.places.mapValues(\.retry))
        actions = plan.actions
        _ = model.register(plan.ids.compactMap { plan.places[$0]?.name })
        actions.append((.zero, .start))
        let numbered = actions.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        actions = numbered.map(\.element)
    }

    /// The time since the simulation began.
    var elapsed: Duration { clock.now.offset }

    /// The wall clock, which may be set.
    var wallClock: @Sendable () -> Timestamp {
        { [unowned self] in NewEvent.sampleTime.advanced(by: elapsed + wallOffset) }
    }

    /// What it came to.
    var corners: Set<SimulationCorner> {
        lives.reduce(into: ownCorners.union(ledger.corners)) { $0.formUnion($1.book.corners) }
    }

    // MARK: The loop

    /// Runs to the end.
    /// - Throws: ``SimulationFailure`` with seed, step, rule and the last lines of the trace.
    func run() throws {
        while !isDone {
            step += 1
            trace.now = elapsed
            ledger.now = elapsed
            let isDue = actions.first.map { $0.at <= elapsed } ?? false
            if isDue, executor.count == 0 || schedule.chance(percent: 10) {
                let action = actions.removeFirst().action
                perform(action)
            } else if executor.count > 0 {
                executor.runOne(&schedule, mode: plan.order)
            } else {
                settle()
                moveOn()
            }
            try check()
        }
        for _ in 0..<1000 where executor.count > 0 { executor.runOne(&schedule, mode: plan.order) }
    }

    private func check() throws {
        if executor.strangers > 0 { violate("a job came from another thread") }
        if step > Self.mostSteps { violate("there is no end of jobs") }
        let found = ledger.violations + (life?.book.violations ?? [])
        guard !found.isEmpty else { return }
        throw SimulationFailure(
            description: """
                seed \(seed), step \(step), \(elapsed.wholeMilliseconds) ms: \(found.joined(separator: "; "))
                  replay: scripts/simulate --seed \(seed)
                  \(trace.tail.joined(separator: "\n  "))
                """)
    }

    func violate(_ text: String) {
        ledger.violate(text)
    }

    /// Nothing can run before the clock moves.
    private func settle() {
        guard let life, !life.hasEnded else { return }
        life.settled()
        lookForIdleWorkers(life)
        guard isFinishing, life.isUp, !isWishing, wishes.isEmpty else { return }
        if ledger.isFinished {
            trace.note("everything has ended")
            life.stop()
        } else if let blocking = ledger.blocking, let place = plan.places[blocking.destination] {
            wishes.append(.free(blocking.event, place.name))
            beginWish()
        }
    }

    private func moveOn() {
        guard executor.count == 0 else { return }
        let next = [clock.nextDeadline?.offset, actions.first?.at].compactMap { $0 }.min()
        guard let next else { return violate("nobody will ever run again, and not everything has ended") }
        if next > plan.horizon + Self.patience { return violate("not everything has ended after all this time") }
        if next > elapsed { clock.advance(by: next - elapsed) } else { clock.advance(by: .zero) }
    }

    /// A worker is free, a delivery is due, no limit forbids it: somebody forgot to look.
    private func lookForIdleWorkers(_ life: SimulatedLife) {
        guard life.isUp, let store = life.store, store.calls == 0, store.restsUntil <= elapsed, !isWishing else {
            return
        }
        // Whoever sleeps while the wall clock is set looks again after a minute at the latest.
        guard elapsed > clockWasSetAt + WaitBook.longestSleep else { return }
        let now = wallClock()
        for id in life.book.idle(now: elapsed) {
            violate("leases of \(id.value) wait, a worker is free, and nobody takes them")
        }
        for id in life.book.open(now: elapsed) {
            for key in ledger.waiting(for: id) where !(life.book.hasSuspect && ledger.isSuspect(key)) {
                let stored = model.event(key.event)?.deliveries.first { $0.destination == id }
                guard let stored, !stored.isHeld, let dueAt = stored.dueAt else { continue }
                // The engine sleeps in whole milliseconds.
                if now.since(dueAt) > .milliseconds(1) {
                    violate("\(key) is due, and nobody takes it")
                } else if ledger.waits.isLate(key, now: elapsed) {
                    violate("\(key) waits longer than it was told")
                }
            }
        }
    }

    // MARK: Actions

    private func schedule(_ action: SimulationPlan.Action, at: Duration) {
        let index = actions.firstIndex { $0.at > at } ?? actions.endIndex
        actions.insert((at, action), at: index)
    }

    private func perform(_ action: SimulationPlan.Action) {
        switch action {
        case .arrive(let arrivals):
            arrive(arrivals)
        case .wish(let wish):
            wishes.append(wish)
            beginWish()
        case .setClock(let jump):
            trace.note("the wall clock is set by \(jump)")
            ownCorners.insert(.clockSet)
            wallOffset += jump
            clockWasSetAt = elapsed
            if life?.isUp != true { clockWasSetUnseen = true }
        case .stop:
            guard let life, life.isUp else { return }
            trace.note("stop")
            life.stop()
        case .crash:
            guard let life, !life.hasEnded, !life.isCut else { return }
            crash(life, why: "a crash")
        case .start:
            start()
        case .finish:
            trace.note("all trouble is over")
            isFinishing = true
            wishes.append(.settle)
            beginWish()
        }
    }

    private func start() {
        if clockWasSetUnseen { ledger.waits.forget() }
        clockWasSetUnseen = false
        let report = model.recover(now: wallClock())
        ledger.recovered(report)
        ledger.compare(model)
        trace.note("start \(report.bootEpoch): \(report.interrupted) interrupted, \(report.poisoned) poisoned")
        let life = SimulatedLife(lives.count + 1, in: self)
        lives.append(life)
        self.life = life
        life.start()
        beginWish()
    }

    func crash(_ life: SimulatedLife, why: String) {
        guard !life.isCut, !life.hasEnded else { return }
        trace.note("\(why)")
        life.crash()
    }

    /// A life's store has stopped for good: its process ends soon, as the server's does.
    func storeFailed(_ life: SimulatedLife) {
        life.mayEnd = true
        ownCorners.insert(.storeFailed)
        schedule(.crash, at: elapsed + .milliseconds(draw(0...50)))
    }

    /// A life's engine has returned.
    func ended(_ life: SimulatedLife) {
        trace.note("life \(life.number) has ended")
        if elapsed <= clockWasSetAt + WaitBook.longestSleep { clockWasSetUnseen = true }
        if !life.isCut { life.checkEnd() }
        let lost = ledger.leases.keys.filter { !ledger.givenUp.contains($0) }
        if !life.isCut, !life.mayEnd, !lost.isEmpty { violate("an orderly stop left \(lost.count) leases behind") }
        if isFinishing, ledger.isFinished {
            ledger.compare(model)
            isDone = true
        } else {
            schedule(.start, at: elapsed + .milliseconds(draw(0...20_000)))
        }
    }

    private func arrive(_ arrivals: [SimulationPlan.Arrival]) {
        guard let life, life.isUp, let store = life.store, let engine = life.engine else {
            return schedule(.arrive(arrivals), at: elapsed + .seconds(5))
        }
        let now = wallClock()
        let dated = arrivals.map { arrival in
            var copy = arrival
            copy.event.receivedAt = now
            return copy
        }
        // A request of its own, beside the engine.
        Task(executorPreference: executor) { [self] in
            do throws(StoreError) {
                let outcomes = try await store.store(dated)
                trace.note("stored \(outcomes.map { "\($0.kind) \($0.id.value)" })")
                engine.committed()
            } catch {
                trace.note("a sender is refused")
                schedule(.arrive(arrivals), at: elapsed + .seconds(5))
            }
        }
    }

    // MARK: What store and transports report

    func asked(_ turn: Turn, of life: SimulatedLife) -> LimitBook.Asked? {
        guard !life.isCut else { return nil }
        let claims = turn.claims.map { "\($0.destination.value)×\($0.limit)" }.joined(separator: " ")
        trace.note("turn with \(turn.records.count) results asks for \(claims)")
        return life.asked(turn)
    }

    /// A turn took effect.
    func committed(_ turn: Turn, _ result: TurnResult, askedAt: Duration) {
        for record in turn.records { ledger.recorded(record) }
        if result.fenced > 0 { violate("\(result.fenced) results were fenced") }
        ledger.handedOut(result.leases, until: turn.leaseUntil, askedAt: askedAt)
        let records = turn.records.map { "\($0.lease.event.value)→\($0.lease.destination.value) \($0.decision)" }
        let leases = result.leases.map { "\(DeliveryKey($0)) attempt \($0.attempt)" }
        trace.note("turn takes \(records), gives \(leases)")
    }

    /// A turn's answer reaches the engine.
    func answered(_ turn: Turn, _ result: TurnResult, asked: LimitBook.Asked?, of life: SimulatedLife) {
        guard let asked else { return }
        life.given(result.leases, asked: asked)
    }

    func started(_ lease: Lease, of life: SimulatedLife) {
        trace.note("\(DeliveryKey(lease)) attempt \(lease.attempt) begins")
        ledger.started(lease)
        life.started(lease)
        let running = ledger.leases.values.count { $0.phase == .running }
        if running > plan.workerCount { violate("\(running) attempts run on \(plan.workerCount) workers") }
    }

    func ended(_ lease: Lease, _ outcome: AttemptOutcome, of life: SimulatedLife, with transport: SimulatedTransport) {
        trace.note("\(DeliveryKey(lease)) attempt \(lease.attempt) ends: \(outcome.kind)")
        ledger.ended(lease, outcome)
        life.ended(lease, outcome, with: transport)
    }

    func isCursed(_ token: Int64) -> Bool {
        guard plan.cursedPercent > 0, !isFinishing || ledger.givenUp.contains(token) else { return false }
        var dice = SeededGenerator(seed: seed ^ UInt64(bitPattern: token))
        return dice.chance(percent: plan.cursedPercent)
    }

    // MARK: Dice

    func draw(_ range: ClosedRange<Int>) -> Int { random.pick(range) }

    func drawSeed() -> UInt64 { random.next() }

    func drawEvent() -> EventID? {
        let known = ledger.entries.keys.map(\.event).sorted()
        return random.pick(from: known)
    }
}
