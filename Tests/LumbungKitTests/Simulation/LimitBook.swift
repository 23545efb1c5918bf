import LumbungCore
import LumbungKit

/// The oracle's own book of what one life of the engine may ask for, and what it may run.
///
/// It learns how attempts ended from the results in the turns, which come in the order in which the engine took them in.
/// Between an attempt's end and that turn the engine knows more than the book; where that matters, the book does not judge.
struct LimitBook {
    /// What is known of one destination.
    struct Slot {
        var destination: Destination
        /// Whether the file or an operator paused it, and the engine was told.
        private(set) var isPaused = false
        /// How many leases had been given, in all, when it was paused: later ones must not run.
        private(set) var pausedAfter = 0
        var outstanding: Set<Int64> = []
        /// Those of them whose attempt runs.
        var running: Set<Int64> = []
        /// Attempts that ended and that no turn has told of yet.
        var unknown = 0
        /// How many leases had been given, in all, when it got its present settings.
        var configuredAfter = 0
        var isProven = false
        /// Whether an attempt has said anything about it yet.
        var isTried = false
        var failures = 0
        /// When a breaker that has opened begins to probe, and how long it rests.
        var rest: (until: Duration, length: Duration)?
        var throttledUntil: Duration = .zero
        var throttles = 0
        /// When attempts at it began.
        var begun: [Duration] = []

        init(_ destination: Destination) {
            self.destination = destination
            isPaused = destination.isPaused
        }

        var isImmediate: Bool { destination.transport.isImmediate }

        /// The most attempts at once, among so many workers.
        func most(_ workerCount: Int) -> Int { destination.concurrency ?? workerCount }

        mutating func pause(_ isPaused: Bool, after count: Int) {
            if isPaused, !self.isPaused { pausedAfter = count }
            self.isPaused = isPaused
        }
    }

    /// What held when a turn was asked for.
    struct Asked {
        var slots: [DestinationID: Slot]
        var isChanging: Bool
    }

    let workerCount: Int
    let queueBuffer: Int
    let jitter: Double
    var slots: [DestinationID: Slot]
    /// Whether other destinations are being taken in just now, so that either may hold.
    private(set) var isChanging = false
    /// Whether the engine knows that it is to stop.
    var isStopping = false
    /// How attempts ended that the engine has not yet been seen to know of.
    private var endings: [Int64: (outcome: AttemptOutcome, at: Duration, transport: SimulatedTransport)] = [:]
    private var places: [Int64: DestinationID] = [:]
    /// The place of every lease among all, and how many there were when a destination went.
    private var numbers: [Int64: Int] = [:]
    private var goneAfter: [DestinationID: Int] = [:]
    private(set) var corners: Set<SimulationCorner> = []
    /// When a destination's rate has surely rested, at the slowest pace that it ever had.
    private var rested: [DestinationID: Duration] = [:]
    private var slowest: [DestinationID: Duration] = [:]
    private var suspects: Set<Int64> = []
    private var lastAskedAt: Duration = .zero
    private var learned: Set<Int64> = []
    private(set) var violations: [String] = []

    init(plan: SimulationPlan, destinations: [DestinationID: Destination]) {
        workerCount = plan.workerCount
        queueBuffer = plan.queueBuffer
        jitter = plan.jitter
        slots = destinations.mapValues(Slot.init)
        willConfigure(destinations)
        isChanging = false
    }

    private mutating func violate(_ text: String) {
        violations.append(text)
    }

    // MARK: Attempts

    /// An attempt begins: nothing that was given after a pause or a removal may.
    mutating func started(_ lease: Lease, now: Duration) {
        let number = numbers[lease.token] ?? 0
        begin(lease, number: number, now: now)
        if let slot = slots[lease.destination] {
            if slot.isPaused, !isChanging, number >= slot.pausedAfter {
                violate("\(slot.destination.name) is paused and was tried")
            }
        } else if let gone = goneAfter[lease.destination], number >= gone, !isChanging {
            violate("a destination that is gone was tried")
        }
    }

    /// An operator's pause was heard, or is being lifted.
    mutating func pause(_ id: DestinationID, _ isPaused: Bool) {
        if isPaused { corners.insert(.paused) }
        slots[id]?.pause(isPaused, after: numbers.count)
    }

    mutating func ended(_ lease: Lease, _ outcome: AttemptOutcome, at: Duration, with transport: SimulatedTransport) {
        endings[lease.token] = (outcome, at, transport)
        forget(lease.token)
        slots[lease.destination]?.unknown += 1
    }

    private mutating func forget(_ token: Int64) {
        guard let id = places.removeValue(forKey: token) else { return }
        slots[id]?.outstanding.remove(token)
        slots[id]?.running.remove(token)
        suspects.remove(token)
    }

    private mutating func learn(_ record: DeliveryRecord, policies: [DestinationID: RetryPolicy], now: Duration) {
        let token = record.lease.token
        guard learned.insert(token).inserted else { return }
        // One whose payload was damaged took its place in the rate without an attempt.
        if record.decision != .release, endings[token] == nil { useRate(of: record.lease.destination, now: now) }
        forget(token)
        guard let (outcome, at, transport) = endings.removeValue(forKey: token) else { return }
        slots[record.lease.destination]?.unknown -= 1
        guard var slot = slots[record.lease.destination], let policy = policies[record.lease.destination],
            transport === (slot.destination.transport as? SimulatedTransport)
        else { return }
        slot.learn(outcome, policy: policy, at: at, jitter: jitter)
        if slot.rest != nil { corners.insert(.rested) }
        if slot.throttledUntil > at { corners.insert(.throttled) }
        slots[record.lease.destination] = slot
    }

    // MARK: Turns

    /// Looks at what the engine asks for.
    mutating func asked(_ turn: Turn, policies: [DestinationID: RetryPolicy], now: Duration) -> Asked {
        lastAskedAt = now
        for record in turn.records { learn(record, policies: policies, now: now) }
        if isStopping, !turn.claims.isEmpty { violate("work was asked for after the stop") }
        for claim in turn.claims {
            guard let slot = slots[claim.destination] else {
                if !isChanging { violate("work was asked for \(claim.destination), which is not configured") }
                continue
            }
            guard !isChanging else { continue }
            let name = slot.destination.name
            if slot.isPaused { violate("work was asked for \(name), which is paused") }
            if slot.throttledUntil > now { violate("work was asked for \(name), which wants a pause") }
            guard let rest = slot.rest else { continue }
            corners.insert(.probed)
            if rest.until > now { violate("work was asked for \(name), whose breaker is open") }
            if slot.outstanding.count + claim.limit > 1 { violate("more than one probe was asked for \(name)") }
        }
        return Asked(slots: slots, isChanging: isChanging)
    }

    /// Takes note of leases that the store is about to hand over.
    mutating func given(_ leases: [Lease], asked: Asked, now: Duration) {
        for lease in leases {
            let id = lease.destination
            places[lease.token] = id
            numbers[lease.token] = numbers.count
            if lease.isSuspect { suspects.insert(lease.token) }
            // A destination that is gone by now keeps its books until its leases are handed back.
            guard var slot = slots[id] else { continue }
            slot.outstanding.insert(lease.token)
            slots[id] = slot
            guard let before = asked.slots[id], !asked.isChanging, !isChanging else { continue }
            let most = slot.isImmediate ? DispatchState.immediateBatch : 2 * before.most(workerCount)
            if slot.outstanding.count > most {
                violate("\(slot.destination.name) has \(slot.outstanding.count) leases")
            }
        }
        guard !leases.isEmpty, !isChanging, !asked.isChanging else { return }
        if leases.count(where: { slots[$0.destination]?.isImmediate ?? false }) > 1 { corners.insert(.batched) }
        if suspects.count > 1 { violate("\(suspects.count) suspects were handed out together") }
        if places.count > queueBuffer { violate("\(places.count) leases are held, at most \(queueBuffer)") }
        let ahead = slots.values.reduce(0) { $0 + ($1.isImmediate ? 0 : $1.outstanding.count - $1.running.count) }
        let most = max(workerCount, slots.count) + workerCount
        if ahead > most { violate("\(ahead) leases wait for \(workerCount) workers") }
    }

    private mutating func begin(_ lease: Lease, number: Int, now: Duration) {
        useRate(of: lease.destination, now: now)
        guard var slot = slots[lease.destination] else { return }
        slot.running.insert(lease.token)
        // A worker may have taken it when the settings were others.
        let isJudged = !isChanging && number >= slot.configuredAfter
        if isJudged { slot.begun.append(now) }
        slots[lease.destination] = slot
        guard isJudged else { return }
        if !slot.isImmediate { checkWorkers(of: slot) }
        checkRate(of: slot)
    }

    private mutating func useRate(of id: DestinationID, now: Duration) {
        rested[id] = max(rested[id] ?? .zero, now) + (slowest[id] ?? .zero)
    }

    private mutating func checkWorkers(of slot: Slot) {
        let (name, count) = (slot.destination.name, slot.running.count)
        if running == workerCount { corners.insert(.busy) }
        if running > workerCount { violate("\(running) attempts for \(workerCount) workers") }
        let most = slot.most(workerCount)
        if count > most { violate("\(name) runs \(count) attempts, at most \(most)") }
        guard slots.count > 1, workerCount > 1 else { return }
        if count >= workerCount { violate("\(name) has the last worker") }
        guard !slot.isProven, slot.unknown == 0 else { return }
        let unproven = slots.values.filter { !$0.isImmediate && !$0.isProven && $0.unknown == 0 }
        // The first attempt of one that nobody knows yet may have the last worker.
        if unproven.reduce(0, { $0 + max(0, $1.running.count - ($1.isTried ? 0 : 1)) }) > workerCount - 1 {
            violate("destinations that are not known to be well have the last worker")
        }
    }

    private mutating func checkRate(of slot: Slot) {
        guard let rate = slot.destination.rate, let last = slot.begun.last else { return }
        let pace = rate.pace
        corners.insert(.rated)
        for (index, first) in slot.begun.enumerated() {
            let allowed = Double(pace.burst) + (last - first) / pace.interval
            if Double(slot.begun.count - index) > allowed + 0.001 {
                violate("\(slot.destination.name) got \(slot.begun.count - index) in \(last - first), beyond \(rate)")
                break
            }
        }
    }

    private var running: Int {
        slots.values.reduce(0) { $0 + ($1.isImmediate ? 0 : $1.running.count) }
    }

    // MARK: Idle workers

    /// Results and demands gather for so long while the workers have something to do.
    private static let longestGathering = Duration.milliseconds(5)

    private func isGathering(_ now: Duration) -> Bool { now <= lastAskedAt + Self.longestGathering }

    /// The destinations that could be given something now, by every limit.
    func open(now: Duration) -> [DestinationID] {
        // A lease of a destination that is gone still has a worker.
        let gone = places.values.count { slots[$0] == nil }
        guard running + gone < workerCount, places.count < queueBuffer, !isStopping, !isChanging else { return [] }
        guard !isGathering(now), slots.values.allSatisfy({ $0.unknown == 0 }) else { return [] }
        let unproven = slots.values.filter { !$0.isImmediate && !$0.isProven }
        let allButOne = slots.count == 1 || workerCount == 1 ? workerCount : workerCount - 1
        let isUnprovenFull =
            unproven.reduce(gone, { $0 + min($1.outstanding.count, $1.most(workerCount), allButOne) }) >= allButOne
        let sharers = max(1, slots.values.count { !$0.isImmediate && !$0.isPaused })
        return slots.filter { id, slot in
            guard !slot.isPaused, slot.throttledUntil <= now else { return false }
            if let rest = slot.rest, rest.until > now || !slot.outstanding.isEmpty { return false }
            if slot.destination.rate != nil, let rested = rested[id], now < rested { return false }
            if slot.isImmediate { return slot.outstanding.count < DispatchState.immediateBatch }
            let share = slot.isProven ? allButOne : max(1, workerCount / sharers)
            guard slot.outstanding.count < min(slot.most(workerCount), share) else { return false }
            return slot.isProven || !isUnprovenFull
        }.keys.sorted()
    }

    /// The destinations whose leases wait although a worker is free and no limit keeps them from running.
    func idle(now: Duration) -> [DestinationID] {
        let gone = places.values.count { slots[$0] == nil }
        // A lease whose payload is damaged never runs, and its result may be among those that gather.
        guard running + gone < workerCount, !isStopping, !isChanging, !isGathering(now) else { return [] }
        let allButOne = slots.count == 1 || workerCount == 1 ? workerCount : workerCount - 1
        return slots.filter { _, slot in
            guard !slot.isImmediate, slot.isProven, slot.unknown == 0, !slot.isPaused else { return false }
            return slot.running.count < min(slot.outstanding.count, slot.most(workerCount), allButOne)
        }.keys.sorted()
    }

    /// Whether a delivery runs alone whose earlier attempt ended with the process.
    var hasSuspect: Bool { !suspects.isEmpty }

    // MARK: Other destinations

    /// Takes note that the engine is about to be given other destinations.
    mutating func willConfigure(_ destinations: [DestinationID: Destination]) {
        isChanging = true
        for (id, destination) in destinations {
            slowest[id] = max(slowest[id] ?? .zero, destination.rate?.pace.interval ?? .zero)
        }
    }

    /// Takes note of other destinations, once the engine has them.
    mutating func configure(_ destinations: [DestinationID: Destination]) {
        isChanging = false
        let former = slots
        slots = destinations.mapValues(Slot.init)
        for (id, destination) in destinations {
            guard var slot = former[id] else { continue }
            let isSame =
                (slot.destination.transport as? SimulatedTransport) === (destination.transport as? SimulatedTransport)
            if !isSame {
                let former = slot
                slot = Slot(destination)
                (slot.outstanding, slot.running, slot.begun) = (former.outstanding, former.running, former.begun)
                slot.unknown = former.unknown
            }
            if slot.destination.rate != destination.rate { slot.begun = [] }
            slot.configuredAfter = numbers.count
            slot.destination = destination
            slot.pause(destination.isPaused, after: numbers.count)
            slots[id] = slot
        }
        for id in former.keys where slots[id] == nil {
            goneAfter[id] = numbers.count
            corners.insert(.removed)
        }
        for (token, id) in places { slots[id]?.outstanding.insert(token) }
    }
}

extension LimitBook.Slot {
    fileprivate mutating func learn(_ outcome: AttemptOutcome, policy: RetryPolicy, at: Duration, jitter: Double) {
        switch (outcome.kind, outcome.statusCode) {
        case (.delivered, _):
            isProven = true
            isTried = true
            failures = 0
            rest = nil
            throttles = 0
        case (.interrupted, _), (.corrupt, _), (.status, 410):
            break
        case (.status, let code?) where policy.permanent.contains(code):
            break
        case (.status, 429), (.status, 503):
            fail(at: at, jitter: jitter)
            let doubled = Duration.seconds(min(60, 1 << min(throttles, 6)))
            throttles += 1
            throttledUntil = max(throttledUntil, at + (outcome.retryAfter.map { min($0, policy.longest) } ?? doubled))
        default:
            fail(at: at, jitter: jitter)
        }
    }

    private mutating func fail(at: Duration, jitter: Double) {
        isProven = false
        isTried = true
        if let rest {
            if rest.until <= at { self.rest = Self.rest(min(rest.length * 2, .seconds(300)), at: at, jitter: jitter) }
        } else {
            failures += 1
            if failures == 10 { rest = Self.rest(.seconds(10), at: at, jitter: jitter) }
        }
    }

    private static func rest(_ length: Duration, at: Duration, jitter: Double) -> (until: Duration, length: Duration) {
        (at + .milliseconds(Int64(Double(length.components.seconds) * 1000 * (0.8 + 0.4 * jitter))), length)
    }
}

extension DeliveryRate {
    /// The time between two at an even pace, and how many may come at once after a rest: a tenth of a second's worth.
    fileprivate var pace: (interval: Duration, burst: Int) {
        let interval = period / count
        return (interval, max(1, min(count, Int(Duration.milliseconds(100) / interval))))
    }
}
