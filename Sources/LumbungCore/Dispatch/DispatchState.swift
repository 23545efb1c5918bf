/// Who may run what: the workers, the destinations with what they have in flight, and what to ask the store for.
///
/// A pure state machine; the dispatcher performs what it says. A lease counts as in flight from the turn that handed it
/// out until its attempt ended. Times are of a monotonic clock, as the time since any fixed point.
public struct DispatchState: Sendable {
    /// What the planner knows of a destination.
    public struct Destination: Sendable, Hashable {
        /// Its number.
        public var id: DestinationID
        /// The most attempts at once; 1 or more.
        public var concurrency: Int
        /// Whether its transport never waits, so that work is handed out in batches.
        public var isImmediate: Bool
        /// Whether its events wait until a person resumes it.
        public var isPaused: Bool
        /// How many deliveries it may be given in a period; nil for any number.
        public var rate: DeliveryRate?

        /// Describes a destination.
        public init(
            id: DestinationID,
            concurrency: Int,
            isImmediate: Bool,
            isPaused: Bool = false,
            rate: DeliveryRate? = nil
        ) {
            self.id = id
            self.concurrency = max(1, concurrency)
            self.isImmediate = isImmediate
            self.isPaused = isPaused
            self.rate = rate
        }
    }

    /// What to ask the store for.
    public struct Demand: Sendable, Hashable {
        /// By destination; the order rotates from turn to turn.
        public var claims: [Turn.Claim]
        /// In all.
        public var leaseLimit: Int
        /// Of the claims that take a worker each.
        public var workerLimit: Int
        /// Of those among them whose destinations are not known to be well.
        public var unprovenLimit: Int
    }

    /// The most leases of an immediate destination in one turn: enough to share a commit, few enough that a crash
    /// leaves little to repeat.
    public static let immediateBatch = 256

    private let workerCount: Int
    private let bufferLimit: Int
    private var slots: [DestinationID: DestinationSlot] = [:]
    private var order: [DestinationID] = []
    private var inFlight = 0
    private var waitingInFlight = 0
    private var suspectsInFlight = 0
    private var turns = 0

    /// Makes the state of an idle engine.
    /// - Parameters:
    ///   - workerCount: How many attempts run at the same time.
    ///   - bufferLimit: How many leases may be held in memory in all.
    ///   - destinations: The destinations with their limits.
    public init(workerCount: Int, bufferLimit: Int, destinations: [Destination]) {
        self.workerCount = max(1, workerCount)
        self.bufferLimit = max(1, bufferLimit)
        configure(destinations)
    }

    /// Takes other destinations in the place of the present ones; what is in flight, and what is known of those that
    /// stay, is kept.
    /// - Parameters:
    ///   - destinations: The destinations from now on.
    ///   - renewed: Those among them that go somewhere else than before: whether they are well is found out anew.
    public mutating func configure(_ destinations: [Destination], renewed: Set<DestinationID> = []) {
        let known = slots
        slots = slots.filter { $0.value.inFlight > 0 }
        for id in slots.keys { slots[id]?.destination.isPaused = true }
        order = []
        for destination in destinations where !order.contains(destination.id) {
            let slot = known[destination.id]?.configured(destination, isRenewed: renewed.contains(destination.id))
            slots[destination.id] = slot ?? DestinationSlot(destination)
            order.append(destination.id)
        }
        order.sort()
        // One that waited for nothing may wait now, or the other way round.
        waitingInFlight = slots.values.reduce(0) { $0 + ($1.destination.isImmediate ? 0 : $1.inFlight) }
    }

    /// Pauses a destination or lets it go on.
    public mutating func pause(_ id: DestinationID, _ isPaused: Bool) {
        slots[id]?.destination.isPaused = isPaused
    }

    /// How many leases are in flight.
    public var leasesInFlight: Int { inFlight }

    /// What the free workers could run now; nil when there is no room, or nobody may be given anything.
    ///
    /// Everybody who may be given something is asked for, each for all that it may have; the limits over all of them hold
    /// them to the workers there are. So what the store says about the next due time leaves nobody out.
    ///
    /// A destination whose last attempt did not succeed, or that has made none yet, gets no more than its share of the
    /// workers; all such together never get the last worker while there are others, and one that is well never gets it
    /// either. So a destination that hangs cannot keep the others waiting (PROMISES 12).
    public func demand(now: Duration) -> Demand? {
        let room = bufferLimit - inFlight
        let freeWorkers = workerCount - waitingInFlight
        guard room > 0, freeWorkers > 0 else { return nil }
        let freeForUnproven = min(freeWorkers, max(0, allButOne - unprovenInFlight))
        let claims: [Turn.Claim] = rotated.compactMap { id in
            guard let slot = slots[id] else { return nil }
            // Nobody knows yet whether it is well: one attempt tells, even with the worker that is left to the others.
            let isFirst = slot.pool == .unproven && !slot.isTried && slot.inFlight == 0 && freeForUnproven == 0
            let pool = isFirst ? Turn.Claim.Pool.worker : slot.pool
            let ofPool =
                switch pool {
                case .batch: Int.max
                case .worker: isFirst ? 1 : min(freeWorkers, ownRoom(slot))
                case .unproven: min(freeForUnproven, ownRoom(slot))
                }
            let limit = min(room, slot.room(now: now), ofPool)
            guard limit > 0 else { return nil }
            return Turn.Claim(
                destination: id, limit: limit, suspectLimit: suspectsInFlight == 0 ? 1 : 0, pool: pool)
        }
        guard !claims.isEmpty else { return nil }
        return Demand(
            claims: claims, leaseLimit: room, workerLimit: freeWorkers, unprovenLimit: freeForUnproven)
    }

    /// When a destination that is held back now by its rate, its breaker or its own wish may be given something again.
    public func opensAt(now: Duration) -> Duration? {
        order.compactMap { slots[$0]?.opensAt(now: now) }.min()
    }

    /// What an operator is told of a destination; nil for an unknown one.
    public func standing(of id: DestinationID, now: Duration) -> DestinationStanding? {
        slots[id]?.standing(now: now)
    }

    /// Takes note of leases that were handed out.
    public mutating func leased(_ leases: [Lease], now: Duration) {
        turns &+= 1
        for lease in leases {
            count(lease, by: 1)
            slots[lease.destination]?.rate?.take(1, now: now)
        }
    }

    /// Takes note that an attempt ended, or that its lease is handed back.
    /// - Parameters:
    ///   - lease: Its lease.
    ///   - ending: What the ending says about the destination.
    ///   - now: The monotonic time.
    ///   - jitter: An even draw from 0 to 1.
    public mutating func ended(_ lease: Lease, _ ending: AttemptEnding, now: Duration, jitter: Double) {
        count(lease, by: -1)
        slots[lease.destination]?.take(ending, now: now, jitter: jitter)
    }

    // MARK: Shares

    /// The destinations, each turn beginning with another one, so that none is always asked for first.
    private var rotated: [DestinationID] {
        guard order.count > 1 else { return order }
        let start = (turns & Int.max) % order.count
        return Array(order[start...] + order[..<start])
    }

    private var allButOne: Int {
        order.count == 1 || workerCount == 1 ? workerCount : workerCount - 1
    }

    private var unprovenInFlight: Int {
        slots.values.reduce(0) { $0 + ($1.pool == .unproven ? $1.inFlight : 0) }
    }

    private func ownRoom(_ slot: DestinationSlot) -> Int {
        let waiting = order.count { slots[$0].map { !$0.destination.isImmediate && !$0.destination.isPaused } ?? false }
        let share = slot.isProven ? allButOne : max(1, workerCount / max(1, waiting))
        return min(slot.destination.concurrency, share) - slot.inFlight
    }

    private mutating func count(_ lease: Lease, by step: Int) {
        inFlight += step
        if lease.isSuspect { suspectsInFlight += step }
        guard var slot = slots[lease.destination] else { return }
        slot.inFlight += step
        if !slot.destination.isImmediate { waitingInFlight += step }
        slots[lease.destination] = slot
    }
}
