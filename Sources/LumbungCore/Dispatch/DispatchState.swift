/// Who may run what: the workers, the destinations with what they have in flight, and what to ask the store for.
///
/// A pure state machine; the dispatcher performs what it says. A lease counts as in flight from the turn that handed it
/// out until its attempt ended.
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

        /// Describes a destination.
        public init(id: DestinationID, concurrency: Int, isImmediate: Bool, isPaused: Bool = false) {
            self.id = id
            self.concurrency = max(1, concurrency)
            self.isImmediate = isImmediate
            self.isPaused = isPaused
        }
    }

    /// What to ask the store for.
    public struct Demand: Sendable, Hashable {
        /// By destination; the order rotates from turn to turn.
        public var claims: [Turn.Claim]
        /// In all.
        public var leaseLimit: Int
    }

    /// The most leases of an immediate destination in one turn: enough to share a commit, few enough that a crash
    /// leaves little to repeat.
    public static let immediateBatch = 256

    private struct Slot {
        var destination: Destination
        var inFlight = 0
    }

    private let workerCount: Int
    private let bufferLimit: Int
    private var slots: [DestinationID: Slot]
    private let order: [DestinationID]
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
        self.slots = Dictionary(
            destinations.map { ($0.id, Slot(destination: $0)) }, uniquingKeysWith: { first, _ in first })
        self.order = slots.keys.sorted()
    }

    /// How many leases are in flight.
    public var leasesInFlight: Int { inFlight }

    /// What the free workers could run now; nil when there is no room.
    ///
    /// While there is more than one destination, none of them is given the last worker.
    public var demand: Demand? {
        var room = bufferLimit - inFlight
        var freeWorkers = workerCount - waitingInFlight
        guard room > 0, freeWorkers > 0 else { return nil }
        var claims: [Turn.Claim] = []
        for id in rotated {
            guard let slot = slots[id], !slot.destination.isPaused else { continue }
            let limit = min(room, slot.destination.isImmediate ? immediateRoom(slot) : min(freeWorkers, ownRoom(slot)))
            guard limit > 0 else { continue }
            claims.append(Turn.Claim(destination: id, limit: limit, suspectLimit: suspectsInFlight == 0 ? 1 : 0))
            room -= limit
            if !slot.destination.isImmediate { freeWorkers -= limit }
        }
        return claims.isEmpty ? nil : Demand(claims: claims, leaseLimit: bufferLimit - inFlight - room)
    }

    /// The destinations, each turn beginning with another one, so that none is always asked for first.
    private var rotated: [DestinationID] {
        guard order.count > 1 else { return order }
        let start = (turns & Int.max) % order.count
        return Array(order[start...] + order[..<start])
    }

    private func immediateRoom(_ slot: Slot) -> Int {
        Self.immediateBatch - slot.inFlight
    }

    private func ownRoom(_ slot: Slot) -> Int {
        let share = order.count == 1 || workerCount == 1 ? workerCount : workerCount - 1
        return min(slot.destination.concurrency, share) - slot.inFlight
    }

    /// Whether leases of a destination are run in batches.
    public func isImmediate(_ id: DestinationID) -> Bool {
        slots[id]?.destination.isImmediate ?? false
    }

    /// Takes note of leases that were handed out.
    public mutating func leased(_ leases: [Lease]) {
        turns &+= 1
        for lease in leases { count(lease, by: 1) }
    }

    /// Takes note that an attempt ended, or that its lease is handed back.
    public mutating func ended(_ lease: Lease) {
        count(lease, by: -1)
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
