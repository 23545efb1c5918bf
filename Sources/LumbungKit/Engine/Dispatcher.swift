import Logging
import LumbungCore

/// Between the store and the workers: asks for work, hands it out, gathers results, one turn of the store at a time.
///
/// It runs when a commit rings the bell, when an attempt ends, and when the next delivery is due. While the workers have
/// enough to do it lets results gather for a moment, so that many share a commit.
actor Dispatcher {
    private let store: any InboxStore
    let environment: EngineEnvironment
    private let leaseDuration: Duration
    private let bell: WakeSignal
    private let logger: Logger
    var destinations: [DestinationID: Destination]
    var state: DispatchState
    let workerCount: Int

    private var idleWorkers: [CheckedContinuation<Work?, Never>] = []
    private var busyWorkers = 0
    private var records: [GatheredResult] = []
    private var held: Set<LeaseKey> = []
    private var mayHaveDue = true
    private var nextDueAt: Timestamp?
    /// When a destination that is held back may be given something again, by the monotonic clock.
    private var nextOpening: Duration?
    private var watch: ClockWatch
    private var failedTurns = 0
    private var isReclaimDue = false
    /// Whether results are written one by one and nothing is claimed, because the store refused a turn as invalid.
    private var isSiftingRecords = false
    private var pendingJump: Duration? = .zero
    /// When to look once more, after a jump, for what was stored since with a time of the former clock.
    private var secondLook: Duration?
    /// How long it sleeps at the most while something waits, should the wall clock be set meanwhile.
    private static let longestSleep: Duration = .seconds(60)
    /// What the last turn left the workers to do, and when it was asked for.
    private var lastTurn: (leasesReady: Int, askedAt: Duration) = (0, .zero)
    /// Ends the gathering of results.
    private let hurry = WakeSignal()
    private var isGathering = false
    private var isStopping = false
    private var isDone = false

    /// The longest time for which results are gathered: a few commits' time, and little beside what a crash repeats anyway.
    private static let longestGathering: Duration = .milliseconds(5)
    /// The most results that are gathered.
    private static let mostGathered = 256

    init(
        store: any InboxStore,
        destinations: [DestinationID: Destination],
        configuration: EngineConfiguration,
        environment: EngineEnvironment,
        bell: WakeSignal,
        logger: Logger
    ) {
        self.store = store
        self.destinations = destinations
        let workerCount = max(1, configuration.workerCount)
        self.workerCount = workerCount
        self.state = DispatchState(
            workerCount: workerCount, bufferLimit: configuration.queueBuffer,
            destinations: destinations.map { $1.planned(as: $0, workerCount: workerCount) })
        self.leaseDuration = configuration.leaseDuration
        self.environment = environment
        self.bell = bell
        self.logger = logger
        self.watch = ClockWatch(wall: environment.wallClock(), elapsed: environment.elapsed())
    }

    // MARK: The loop

    /// Runs turns until it was stopped and everything in flight is recorded, or the store is gone.
    func run() async {
        while !(isStopping && state.leasesInFlight == 0 && records.isEmpty) {
            if bell.take() { mayHaveDue = true }
            let (now, elapsed) = (environment.wallClock(), environment.elapsed())
            if let jump = jump(now: now, elapsed: elapsed) {
                pendingJump = jump
                guard await moveWaits(by: jump, now: now) else { break }
                // The store may have taken its time: who slept by an older clock would wake that much later. And as long
                // as the waits are not moved nothing else is done, or it would be moved with them.
                continue
            }
            if isReclaimDue, !isStopping {
                await reclaim(now: now)
                continue
            }
            if let due = nextDueAt, due <= now { mayHaveDue = true }
            if let opening = nextOpening, opening <= elapsed {
                mayHaveDue = true
                nextOpening = nil
            }
            if let wait = gathering(elapsed: elapsed) {
                await gather(for: wait)
                continue
            }
            if let (turn, results) = makeTurn(now: now, elapsed: elapsed) {
                guard await take(turn, with: results) else { break }
            } else {
                await rest(now: now, elapsed: elapsed)
            }
        }
        isDone = true
        _ = state.withdrawAll()
        for worker in idleWorkers { worker.resume(returning: nil) }
        idleWorkers = []
    }

    /// Claims nothing more from now on and hands back what no worker has begun.
    func stop() {
        isStopping = true
        handBack(state.withdrawAll())
        wake()
    }

    /// How far what waits has to be moved; nil when it need not be touched.
    private func jump(now: Timestamp, elapsed: Duration) -> Duration? {
        if let jump = watch.look(wall: now, elapsed: elapsed) {
            secondLook = elapsed + Self.longestSleep
            return (pendingJump ?? .zero) + jump
        }
        guard let look = secondLook, look <= elapsed else { return pendingJump }
        secondLook = nil
        return pendingJump ?? .zero
    }

    /// Moves what waits along with a wall clock that was set.
    /// - Returns: Whether the store is still there.
    private func moveWaits(by jump: Duration, now: Timestamp) async -> Bool {
        mayHaveDue = true
        do throws(StoreError) {
            try await store.clockMoved(by: jump, now: now, longestWait: destinations.longestWait)
            pendingJump = nil
            if jump != .zero {
                logger.warning(
                    "the wall clock was set; what waits was moved along", metadata: [LogKeys.jump: "\(jump.words)"])
            }
            return true
        } catch {
            // Kept, and tried again before anything else.
            return await meet(error)
        }
    }

    private func makeTurn(now: Timestamp, elapsed: Duration) -> (turn: Turn, results: [GatheredResult])? {
        if records.isEmpty { isSiftingRecords = false }
        var demand: DispatchState.Demand?
        if mayHaveDue, !isStopping, !isSiftingRecords {
            demand = state.demand(now: elapsed)
            // Whoever this demand leaves out may open while the store is at it, and must not be forgotten by then.
            nextOpening = state.opensAt(now: elapsed)
        }
        guard demand != nil || !records.isEmpty else { return nil }
        let taken = isSiftingRecords ? Array(records.prefix(1)) : records
        records.removeFirst(taken.count)
        var turn = Turn(
            records: taken.map { $0.record(now: now, elapsed: elapsed) }, claims: demand?.claims ?? [],
            leaseLimit: demand?.leaseLimit ?? 0, now: now,
            leaseUntil: now.advanced(by: leaseDuration))
        turn.workerLimit = demand?.workerLimit ?? 0
        turn.unprovenLimit = demand?.unprovenLimit ?? 0
        return (turn, taken)
    }

    // MARK: Gathering

    /// How long results may still gather before the next turn; nil when it is time, or nobody waits for one.
    private func gathering(elapsed: Duration) -> Duration? {
        guard !isHurried, mayHaveDue || !records.isEmpty else { return nil }
        let end = lastTurn.askedAt + Self.longestGathering
        return end > elapsed ? end - elapsed : nil
    }

    /// Whether the workers may soon have nothing to do, or there is a reason not to wait.
    private var isHurried: Bool {
        // One that is idle, or has not asked yet, may be given something at once: nothing that is ready may run.
        isStopping || isSiftingRecords || busyWorkers < workerCount || records.count >= Self.mostGathered
            || state.leasesReady <= lastTurn.leasesReady / 2
    }

    private func gather(for wait: Duration) async {
        _ = hurry.take()
        isGathering = true
        await sleep(for: wait, orUntil: hurry)
        isGathering = false
    }

    /// Lets the loop look again at once.
    func wake() {
        bell.ring()
        hurry.ring()
    }

    /// Performs a turn.
    /// - Returns: Whether the store is still there.
    private func take(_ turn: Turn, with results: [GatheredResult]) async -> Bool {
        if !turn.claims.isEmpty { mayHaveDue = false }
        lastTurn.askedAt = environment.elapsed()
        do throws(StoreError) {
            let result = try await store.turn(turn)
            if failedTurns > 0 { logger.notice("the store works again", metadata: [LogKeys.count: "\(failedTurns)"]) }
            failedTurns = 0
            for record in turn.records { held.remove(record.lease) }
            if result.fenced > 0 {
                logger.warning(
                    "results came too late and were dropped: their leases had been given away",
                    metadata: [LogKeys.count: "\(result.fenced)"])
            }
            if !turn.claims.isEmpty {
                nextDueAt = result.nextDueAt
                if let due = result.nextDueAt, due <= turn.now {
                    // Due and yet not handed out although there was room: look again later instead of at once.
                    if result.leases.isEmpty { nextDueAt = turn.now.advanced(by: .seconds(60)) }
                    mayHaveDue = !result.leases.isEmpty
                }
            }
            hand(out: result.leases)
            return true
        } catch {
            records.insert(contentsOf: results, at: 0)
            mayHaveDue = true
            if case .invalid = error { sift(turn) }
            return await meet(error)
        }
    }

    /// Nothing of the turn was done: waits and tries again, unless the store is gone.
    private func meet(_ error: StoreError) async -> Bool {
        switch error {
        case .closed, .unknown:
            return false
        case .busy, .overloaded, .diskFull, .invalid, .tooSlow:
            // A cancelled sleep returns at once and this would spin; the next start takes the leases back.
            if Task.isCancelled { return false }
            // Five tries a second: the first of a row is worth a line, and the end of the row.
            if failedTurns == 0 {
                logger.warning(
                    "the store could not record results or hand out work; trying again until it can",
                    metadata: [LogKeys.reason: "\(error.sentence)"])
            }
            failedTurns += 1
            try? await environment.clock.sleep(for: .milliseconds(200))
            return true
        }
    }

    /// The store refuses this turn: its results are written one by one, and the one that is refused alone is given up.
    ///
    /// Its lease ends some time, and the delivery runs again.
    private func sift(_ turn: Turn) {
        guard let refused = turn.records.first else { return }
        isSiftingRecords = true
        guard turn.records.count == 1, turn.claims.isEmpty else { return }
        records.removeFirst()
        held.remove(refused.lease)
        logger.error(
            "the store refuses a result; its delivery will run again when the lease ends",
            metadata: [LogKeys.queueID: "\(refused.lease.event.value)"])
    }

    /// Sleeps until the bell rings, the next delivery is due, or a destination that is held back opens.
    ///
    /// By the times that the demand was made with: what opened since then has not been asked for.
    private func rest(now: Timestamp, elapsed: Duration) async {
        let isRoom = !isStopping && state.demand(now: elapsed) != nil
        nextOpening = isStopping ? nil : state.opensAt(now: elapsed)
        let look = isStopping ? nil : secondLook
        let waits = [isRoom ? nextDueAt?.since(now) : nil, nextOpening.map { $0 - elapsed }, look.map { $0 - elapsed }]
        guard let shortest = waits.compactMap({ $0 }).min() else { return await bell.wait() }
        // A wall clock that was set while we slept must not freeze a delivery: look again after a minute at the latest.
        await sleep(for: min(max(shortest, .milliseconds(1)), Self.longestSleep), orUntil: bell)
    }

    private func sleep(for wait: Duration, orUntil signal: WakeSignal) async {
        let clock = environment.clock
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(for: wait) }
            group.addTask { await signal.waitUnlessCancelled() }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: Repair

    /// Takes back leases that ended and that nobody holds, soon.
    ///
    /// Between two turns, so that none is taken that a turn is just handing out, and by the clock that turns go by.
    func takeBackEnded() {
        isReclaimDue = true
        bell.ring()
    }

    private func reclaim(now: Timestamp) async {
        isReclaimDue = false
        do throws(StoreError) {
            let report = try await store.reclaim(now: now, except: Array(held))
            guard report.returned > 0 else { return }
            // What waited behind one that is dead now may go.
            mayHaveDue = true
            SetAsideReport.tell(report, names: destinations.mapValues(\.name), logger: logger)
        } catch {
            logger.warning(
                "leases that have ended were not looked for; the next round does it",
                metadata: [LogKeys.reason: "\(error.sentence)"])
        }
    }

    // MARK: Workers

    /// The next work for a worker; nil when there will be no more.
    /// - Parameter finished: What it has done since it asked last.
    func next(after finished: FinishedWork?) async -> Work? {
        if let finished { take(finished) }
        if isDone { return nil }
        if let work = takeReady() {
            endGatheringIfHurried()
            return work
        }
        return await withCheckedContinuation { worker in
            idleWorkers.append(worker)
            endGatheringIfHurried()
        }
    }

    /// Takes results in without asking for more.
    func finish(_ finished: FinishedWork) {
        take(finished)
        wake()
    }

    private func endGatheringIfHurried() {
        if isGathering, isHurried { hurry.ring() }
    }

    /// Takes results in; a turn that follows writes them.
    private func take(_ finished: FinishedWork) {
        busyWorkers -= 1
        let elapsed = environment.elapsed()
        var hasFailed = false
        for attempt in finished.attempts {
            // When it goes somewhere else by now, they say nothing about it.
            let isCurrent = destinations[attempt.lease.destination]?.shared === finished.destination.shared
            let ending = isCurrent ? attempt.ending : .silent
            hasFailed = hasFailed || (ending != .silent && ending != .succeeded)
            // The system's dice are a call of the kernel, and a success needs none.
            let jitter = ending == .succeeded ? 0 : environment.jitter()
            state.ended(attempt.lease, ending, now: elapsed, jitter: jitter)
            if let result = attempt.result { records.append(result) } else { held.remove(attempt.lease.key) }
        }
        if hasFailed { withdraw() }
        // An ending may open the way for more than the worker that brought it.
        serveWorkers()
        bell.ring()
    }

    /// Gives back what may not be run any more.
    func withdraw() {
        handBack(state.withdraw(now: environment.elapsed()))
    }

    /// Gives leases that no worker has begun back to the store; they do not count as attempts.
    private func handBack(_ leases: [Lease]) {
        guard !leases.isEmpty else { return }
        let (now, elapsed) = (environment.wallClock(), environment.elapsed())
        for lease in leases {
            let record = DeliveryRecord(
                lease: lease, outcome: AttemptOutcome(kind: .interrupted), decision: .release,
                timing: AttemptTiming(startedAt: now, endedAt: now, duration: .zero))
            records.append(GatheredResult(record: record, endedAt: elapsed))
        }
        wake()
    }

    private func hand(out leases: [Lease]) {
        state.leased(leases)
        for lease in leases { held.insert(lease.key) }
        if isStopping { stop() } else { withdraw() }
        serveWorkers()
        lastTurn.leasesReady = state.leasesReady
    }

    func serveWorkers() {
        while !idleWorkers.isEmpty, let work = takeReady() {
            idleWorkers.removeLast().resume(returning: work)
        }
    }

    private func takeReady() -> Work? {
        let leases = state.next(now: environment.elapsed())
        guard let first = leases.first, let destination = destinations[first.destination] else { return nil }
        busyWorkers += 1
        destination.shared.take()
        return Work(destination: destination, leases: leases)
    }
}
