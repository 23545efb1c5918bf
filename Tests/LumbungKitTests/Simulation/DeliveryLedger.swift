import LumbungCore
import LumbungTesting

/// One event on its way to one destination.
struct DeliveryKey: Hashable, Comparable, CustomStringConvertible {
    var event: EventID
    var destination: DestinationID

    init(_ event: EventID, _ destination: DestinationID) {
        self.event = event
        self.destination = destination
    }

    init(_ lease: Lease) { self.init(lease.event.id, lease.destination) }

    var description: String { "\(event.value)→\(destination.value)" }

    static func < (left: DeliveryKey, right: DeliveryKey) -> Bool {
        (left.event, left.destination) < (right.event, right.destination)
    }
}

/// The oracle's own book of what must have become of every delivery.
///
/// It learns from what is committed and from what transports see, and keeps no state that it took from the model.
struct DeliveryLedger {
    /// Where a delivery stands.
    enum Standing: Equatable {
        case waiting
        case leased(Int64)
        case completed
        case dead
        case cancelled
    }

    struct Entry {
        var standing = Standing.waiting
        var attempts = 0
        var interruptions = 0
        /// Whether its last attempt ended with the process.
        var isSuspect = false
        var order: OrderKey?
        /// Whether it was started again after others behind it may have gone.
        var isReopened = false
    }

    /// How far the attempt under a lease has come.
    enum Phase: Equatable {
        case handedOut
        case running
        case ended(AttemptOutcome)
    }

    struct LeaseEntry {
        var lease: Lease
        var until: Timestamp
        var phase = Phase.handedOut
        var endedAt: Duration = .zero
    }

    var entries: [DeliveryKey: Entry] = [:]
    var leases: [Int64: LeaseEntry] = [:]
    var waits = WaitBook()
    /// The time since the simulation's beginning.
    var now: Duration = .zero
    /// What each delivery does to its destination.
    var natures: [DeliveryKey: SimulationPlan.Nature] = [:]
    /// Leases whose result the store refuses for ever.
    var givenUp: Set<Int64> = []
    /// Events whose payload does not match its digest.
    var corrupt: Set<EventID> = []
    private var allTries: [DeliveryKey: Int] = [:]
    private(set) var violations: [String] = []
    private(set) var corners: Set<SimulationCorner> = []
    /// What a delivery may be tried with, by destination.
    let policies: [DestinationID: RetryPolicy]

    init(policies: [DestinationID: RetryPolicy]) {
        self.policies = policies
    }

    mutating func violate(_ text: String) {
        violations.append(text)
    }

    /// How often a delivery was tried in its whole life.
    func tries(of key: DeliveryKey) -> Int { allTries[key] ?? 0 }

    /// Whether everything that was stored has ended.
    var isFinished: Bool {
        entries.values.allSatisfy { $0.standing == .completed || $0.standing == .dead || $0.standing == .cancelled }
    }

    // MARK: Events

    mutating func stored(_ arrivals: [SimulationPlan.Arrival], _ outcomes: [AppendOutcome]) {
        for (arrival, outcome) in zip(arrivals, outcomes) {
            switch outcome.kind {
            case .duplicate, .conflict:
                corners.insert(.duplicated)
            case .queued:
                if arrival.event.digest.allSatisfy({ $0 == 0 }) { corrupt.insert(outcome.id) }
                for destination in arrival.event.destinations {
                    let key = DeliveryKey(outcome.id, destination)
                    if entries[key] != nil { violate("\(key) was stored twice") }
                    entries[key] = Entry(order: arrival.event.orderKeys[destination])
                    natures[key] = arrival.natures[destination]
                    waits.startsAtOnce(key)
                }
            case .revived:
                corners.insert(.revived)
                for destination in arrival.event.destinations {
                    let key = DeliveryKey(outcome.id, destination)
                    if entries[key]?.standing == .dead { reopen(key) }
                }
            }
        }
    }

    mutating func replayed(_ event: EventID, _ destination: DestinationID) {
        let key = DeliveryKey(event, destination)
        switch entries[key]?.standing {
        case nil: violate("\(key) was replayed and never stored")
        case .waiting, .leased: violate("\(key) was replayed while it was open")
        case .completed, .dead, .cancelled:
            corners.insert(.replayed)
            reopen(key)
        }
    }

    private mutating func reopen(_ key: DeliveryKey) {
        entries[key] = Entry(order: entries[key]?.order, isReopened: true)
        waits.startsAtOnce(key)
    }

    mutating func cancelled(_ event: EventID, _ destination: DestinationID) {
        let key = DeliveryKey(event, destination)
        let blocks = entries[key]?.standing == .dead && entries[key]?.order?.deadBlocks == true
        corners.insert(blocks ? .freed : .cancelled)
        if entries[key]?.standing != .waiting, !blocks { violate("\(key) was cancelled while it did not wait") }
        entries[key]?.standing = .cancelled
    }

    mutating func pruned(_ events: [EventID]) {
        let removed = Set(events)
        if !removed.isEmpty { corners.insert(.pruned) }
        for (key, entry) in entries where removed.contains(key.event) {
            if entry.standing == .waiting { violate("\(key) was pruned while it waited") }
            if case .leased = entry.standing { violate("\(key) was pruned while it ran") }
            entries[key] = nil
        }
    }

    // MARK: Turns

    mutating func handedOut(_ leases: [Lease], until: Timestamp, askedAt: Duration) {
        for lease in leases {
            let key = DeliveryKey(lease)
            guard var entry = entries[key] else {
                violate("\(key) was handed out and never stored")
                continue
            }
            if entry.standing != .waiting { violate("\(key) was handed out while it was \(entry.standing)") }
            if lease.attempt != entry.attempts + 1 {
                violate("\(key) has attempt \(lease.attempt) after \(entry.attempts)")
            }
            if waits.isEarly(key, askedAt: askedAt) { violate("\(key) was handed out before its time") }
            checkOrder(key, entry)
            entry.attempts = lease.attempt
            entry.standing = .leased(lease.token)
            entries[key] = entry
            self.leases[lease.token] = LeaseEntry(lease: lease, until: until)
        }
    }

    /// One of a key at a time, and in the order received.
    private mutating func checkOrder(_ key: DeliveryKey, _ entry: Entry) {
        guard let order = entry.order else { return }
        for (other, found) in entries where other.destination == key.destination && other.event != key.event {
            guard found.order?.text == order.text else { continue }
            switch found.standing {
            case .leased: violate("\(key) was handed out while \(other) of the same key ran")
            case .waiting where other < key && !found.isReopened:
                violate("\(key) was handed out before \(other) of the same key")
            case .dead where found.order?.deadBlocks == true && other < key && !found.isReopened:
                violate("\(key) was handed out while \(other) was dead and blocks its key")
            default: break
            }
        }
    }

    mutating func recorded(_ record: DeliveryRecord) {
        let key = DeliveryKey(record.lease.event, record.lease.destination)
        guard let lease = leases.removeValue(forKey: record.lease.token), var entry = entries[key] else {
            return violate("\(key): a result was taken for a lease that is not out")
        }
        if entry.standing != .leased(record.lease.token) { violate("\(key): a result came for \(entry.standing)") }
        entry.isSuspect = record.decision == .release && entry.interruptions > 0
        switch record.decision {
        case .release:
            corners.insert(.handedBack)
            if lease.phase != .handedOut { violate("\(key) was handed back though its attempt had begun") }
            entry.attempts -= 1
            entry.standing = .waiting
            waits.startsAtOnce(key)
        case .complete:
            checkEnding(key, record, lease)
            if record.outcome.kind != .delivered { violate("\(key) was completed after \(record.outcome.kind)") }
            entry.standing = .completed
        case .dead:
            checkEnding(key, record, lease)
            if !mayDie(record) { violate("\(key) died of \(record.outcome.kind) at attempt \(record.attempt)") }
            entry.standing = .dead
        case .retry(let at):
            checkEnding(key, record, lease)
            checkRetry(key, record, at: at)
            waits.waits(key, until: lease.endedAt + at.since(record.timing.endedAt))
            entry.standing = .waiting
        }
        entries[key] = entry
    }

    private mutating func checkEnding(_ key: DeliveryKey, _ record: DeliveryRecord, _ lease: LeaseEntry) {
        if record.outcome.kind == .corrupt, corrupt.contains(key.event), lease.phase == .handedOut { return }
        if lease.phase != .ended(record.outcome) { violate("\(key): \(record.outcome.kind) recorded, \(lease.phase)") }
    }

    private func isPermanent(_ outcome: AttemptOutcome, _ destination: DestinationID) -> Bool {
        outcome.statusCode == 410 || (policies[destination]?.permanent.contains(outcome.statusCode ?? 0) ?? false)
    }

    private func mayDie(_ record: DeliveryRecord) -> Bool {
        let isLast = record.attempt >= policies[record.lease.destination]?.attempts ?? 0
        switch record.outcome.kind {
        case .corrupt: return true
        case .delivered, .interrupted: return false
        default: return isLast || isPermanent(record.outcome, record.lease.destination)
        }
    }

    private mutating func checkRetry(_ key: DeliveryKey, _ record: DeliveryRecord, at: Timestamp) {
        guard let policy = policies[key.destination] else { return }
        if record.outcome.kind == .interrupted {
            corners.insert(.cut)
            return
        }
        if record.outcome.kind == .delivered || mayDie(record) {
            violate("\(key) is tried again after \(record.outcome.kind) at attempt \(record.attempt)")
        }
        let wait = at.since(record.timing.endedAt)
        let asked = min(record.outcome.retryAfter ?? .zero, policy.longest)
        if wait < asked || wait > policy.longest { violate("\(key) waits \(wait) after it was asked for \(asked)") }
    }

    // MARK: Attempts

    mutating func started(_ lease: Lease) {
        let key = DeliveryKey(lease)
        allTries[key, default: 0] += 1
        guard leases[lease.token]?.phase == .handedOut, entries[key]?.standing == .leased(lease.token) else {
            return violate("\(key): attempt \(lease.attempt) ran without a fresh lease")
        }
        leases[lease.token]?.phase = .running
    }

    mutating func ended(_ lease: Lease, _ outcome: AttemptOutcome) {
        if leases[lease.token]?.phase != .running {
            violate("\(DeliveryKey(lease)): an attempt ended that did not run")
        }
        leases[lease.token]?.phase = .ended(outcome)
        leases[lease.token]?.endedAt = now
    }

    // MARK: Repair

    /// The leases that have ended and are not held were taken back.
    mutating func reclaimed(_ count: Int, except held: [LeaseKey], now: Timestamp) {
        let held = Set(held.map(\.token))
        let lost = leases.filter { $0.value.until <= now && !held.contains($0.key) }
        if lost.count != count { violate("\(count) leases were taken back instead of \(lost.count)") }
        if count > 0 { corners.insert(.reclaimed) }
        for (token, lease) in lost {
            if !givenUp.contains(token) {
                violate("\(DeliveryKey(lease.lease)): a lease was taken back while the engine had it")
            }
            interrupt(lease.lease)
        }
    }

    /// A new process has voided every lease.
    mutating func recovered(_ report: RecoveryReport) {
        let lost = leases.values.map(\.lease)
        if !lost.isEmpty { corners.insert(.interrupted) }
        if report.poisoned > 0 { corners.insert(.poisoned) }
        for lease in lost { interrupt(lease) }
        let poisoned = lost.count { entries[DeliveryKey($0)]?.standing == .dead }
        if report.poisoned != poisoned || report.interrupted != lost.count - poisoned {
            violate("the start found \(report), not \(lost.count) cut attempts with \(poisoned) poisoned")
        }
    }

    private mutating func interrupt(_ lease: Lease) {
        let key = DeliveryKey(lease)
        leases[lease.token] = nil
        guard var entry = entries[key] else { return }
        entry.interruptions += 1
        entry.isSuspect = true
        waits.startsAtOnce(key)
        entry.standing = entry.interruptions >= poisonLimit ? .dead : .waiting
        entries[key] = entry
    }

    // MARK: The end

    /// Compares with what is stored.
    mutating func compare(_ model: InboxModel) {
        var known = 0
        for event in model.events {
            for delivery in event.deliveries {
                known += 1
                let key = DeliveryKey(event.event.id, delivery.destination)
                guard let entry = entries[key] else {
                    violate("\(key) is stored and was never taken in")
                    continue
                }
                let isAlike =
                    switch entry.standing {
                    case .waiting: delivery.status == .pending || delivery.status == .retrying
                    case .leased: delivery.status == .processing
                    case .completed: delivery.status == .completed
                    case .dead: delivery.status == .dead
                    case .cancelled: delivery.status == .cancelled
                    }
                if !isAlike || entry.attempts != delivery.attempts || entry.interruptions != delivery.interruptions {
                    violate("\(key) is stored as \(delivery.status) after \(delivery.attempts) attempts, not \(entry)")
                }
            }
        }
        if known != entries.count { violate("\(entries.count) deliveries should be stored, and \(known) are") }
    }
}
