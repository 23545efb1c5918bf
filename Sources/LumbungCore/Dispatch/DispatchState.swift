/// Who may run what: the workers, the destinations with their leases, and what to ask the store for.
///
/// A pure state machine; the dispatcher performs what it says. Leases are asked for ahead of the workers, so that none
/// waits for the store when its attempt ends: a lease is ready until a worker takes it, then it runs until its attempt
/// ended. Limits hold for what runs. Times are of a monotonic clock, as the time since any fixed point.
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
        /// By destination: first those that hold nothing, and within that in an order that rotates from turn to turn.
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

    /// Nothing is asked for ahead of the workers while the payloads of what is ready take more bytes than this.
    static let readyBytes = 16 << 20

    let workerCount: Int
    let bufferLimit: Int
    private(set) var slots: [DestinationID: DestinationSlot] = [:]
    private(set) var order: [DestinationID] = []
    private(set) var suspectsInFlight = 0
    private var bytes = 0
    private var turns = 0
    /// The place in the order of the destination that a worker took from last.
    private var lastTaken = 0

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

    /// Takes other destinations in the place of the present ones.
    ///
    /// What is in flight, and what is known of those that stay, is kept; ``withdraw(now:)`` tells what may not be.
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
    }

    /// Pauses a destination or lets it go on; ``withdraw(now:)`` tells what may not be kept any more.
    public mutating func pause(_ id: DestinationID, _ isPaused: Bool) {
        slots[id]?.destination.isPaused = isPaused
    }

    /// How many leases are in flight: ready or running.
    public var leasesInFlight: Int { slots.values.reduce(0) { $0 + $1.inFlight } }

    /// How many leases wait for a worker.
    public var leasesReady: Int { slots.values.reduce(0) { $0 + $1.ready.count } }

    /// When a destination that is held back now by its rate, its breaker or its own wish may be given something again.
    public func opensAt(now: Duration) -> Duration? {
        order.compactMap { slots[$0]?.opensAt(now: now) }.min()
    }

    /// What an operator is told of a destination; nil for an unknown one.
    public func standing(of id: DestinationID, now: Duration) -> DestinationStanding? {
        slots[id]?.standing(now: now)
    }

    // MARK: Leases

    /// Takes leases in that were handed out; ``withdraw(now:)`` tells which of them may not be kept.
    public mutating func leased(_ leases: [Lease]) {
        turns &+= 1
        for lease in leases {
            count(lease, by: 1)
            // Other destinations may have come while the store was at it.
            let gone = DestinationSlot(
                Destination(id: lease.destination, concurrency: 1, isImmediate: false, isPaused: true))
            slots[lease.destination, default: gone].add(lease)
        }
    }

    /// What a worker may begin now, each time of another destination: one lease, or a share of those that run without
    /// waiting.
    public mutating func next(now: Duration) -> [Lease] {
        for step in order.indices {
            let place = (lastTaken + 1 + step) % order.count
            guard let slot = slots[order[place]], mayRun(slot) else { continue }
            lastTaken = place
            let count = slot.destination.isImmediate ? max(1, slot.ready.count / workerCount) : 1
            let begun = slots[order[place]]?.begin(count, now: now) ?? []
            for lease in begun { bytes -= lease.event.payload.count }
            return begun
        }
        return []
    }

    /// Takes note that the attempt of a lease ended.
    /// - Parameters:
    ///   - lease: Its lease.
    ///   - ending: What the ending says about the destination.
    ///   - now: The monotonic time.
    ///   - jitter: An even draw from 0 to 1.
    public mutating func ended(_ lease: Lease, _ ending: AttemptEnding, now: Duration, jitter: Double) {
        if lease.isSuspect { suspectsInFlight -= 1 }
        slots[lease.destination]?.end()
        slots[lease.destination]?.take(ending, now: now, jitter: jitter)
    }

    /// Takes back the leases that wait for a worker and may not be kept.
    ///
    /// Their destination is gone, paused or held back, or has more than it may have. They are in flight no more, and
    /// belong back into the store.
    public mutating func withdraw(now: Duration) -> [Lease] {
        // Not less as soon as others come: what it has ahead runs before it is asked for again.
        withdraw { state, slot in slot.keeps(2 * state.place(of: slot), now: now) - slot.running }
    }

    /// Takes back every lease that waits for a worker.
    public mutating func withdrawAll() -> [Lease] {
        withdraw { _, _ in 0 }
    }

    private mutating func withdraw(keeping kept: (DispatchState, DestinationSlot) -> Int) -> [Lease] {
        var withdrawn: [Lease] = []
        for id in slots.keys.sorted() {
            guard let slot = slots[id], !slot.ready.isEmpty else { continue }
            let room = max(0, kept(self, slot))
            guard room < slot.ready.count else { continue }
            withdrawn += slots[id]?.withdraw(beyond: room) ?? []
        }
        for lease in withdrawn { count(lease, by: -1) }
        return withdrawn
    }

    private mutating func count(_ lease: Lease, by step: Int) {
        bytes += step * lease.event.payload.count
        if lease.isSuspect { suspectsInFlight += step }
    }

    // MARK: Shares

    /// The destinations, each turn beginning with another one, so that none is always asked for first.
    var rotated: [DestinationID] {
        guard order.count > 1 else { return order }
        let start = (turns & Int.max) % order.count
        return Array(order[start...] + order[..<start])
    }

    /// Whether a worker may begin one of its leases.
    ///
    /// A destination whose last attempt did not succeed, or that has made none yet, runs no more than its share of the
    /// workers; all such together never have the last worker while there are others, and one that is well never has it
    /// either. So a destination that hangs cannot keep the others waiting (PROMISES 12).
    private func mayRun(_ slot: DestinationSlot) -> Bool {
        guard !slot.ready.isEmpty else { return false }
        guard !slot.destination.isImmediate else { return true }
        guard slot.running < min(slot.destination.concurrency, share(of: slot)) else { return false }
        return slot.isProven || unproven(\.running) < allButOne || isFirstTry(slot, \.running)
    }

    /// Whether an attempt shows whether it is well, with the worker that is left to the others: nobody knows yet, no
    /// other one is being found out about in this way, and none that is well has work.
    func isFirstTry(_ slot: DestinationSlot, _ count: KeyPath<DestinationSlot, Int>) -> Bool {
        guard !slot.isTried, slot[keyPath: count] == 0, unproven(count) == allButOne else { return false }
        return slots.values.allSatisfy { !$0.isProven || $0.ready.isEmpty }
    }

    /// How many attempts it may run, be it well or not.
    func place(of slot: DestinationSlot) -> Int {
        min(slot.destination.concurrency, allButOne)
    }

    /// How many leases it may have ahead of the workers: its share, and what the others leave.
    func ahead(of slot: DestinationSlot) -> Int {
        guard bytes < Self.readyBytes else { return 0 }
        let left = workerCount - (waitingInFlight - slot.inFlight)
        return min(place(of: slot), max(1, workerCount / max(1, sharers), left))
    }

    func share(of slot: DestinationSlot) -> Int {
        slot.isProven ? allButOne : max(1, workerCount / max(1, sharers))
    }

    var allButOne: Int {
        order.count == 1 || workerCount == 1 ? workerCount : workerCount - 1
    }

    /// Of all destinations that wait and are not known to be well, without what one of them has beyond its share.
    func unproven(_ count: KeyPath<DestinationSlot, Int>) -> Int {
        slots.values.reduce(0) { sum, slot in
            sum + (slot.pool == .unproven ? min(slot[keyPath: count], max(slot.running, share(of: slot))) : 0)
        }
    }

    /// The destinations that share the workers.
    private var sharers: Int {
        order.count { slots[$0].map { !$0.destination.isImmediate && !$0.destination.isPaused } ?? false }
    }
}
