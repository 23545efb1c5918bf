/// What is left of a turn's limits while its leases are handed out; stores keep their books with it.
public struct LeaseBudget: Sendable {
    private var leases: Int
    private var workers: Int
    private var unproven: Int
    private var suspects: Int
    private let byteLimit: Int
    private var bytes = 0
    private var isUntouched = true

    /// Begins with all that a turn allows.
    public init(_ turn: Turn) {
        leases = turn.leaseLimit
        workers = turn.workerLimit
        unproven = turn.unprovenLimit
        suspects = turn.suspectLimit
        byteLimit = turn.byteLimit
    }

    /// How many more leases a claim may be given, besides its own limits.
    public func room(for claim: Turn.Claim, isSuspect: Bool) -> Int {
        let ofPool =
            switch claim.pool {
            case .batch: Int.max
            case .worker: workers
            case .unproven: min(workers, unproven)
            }
        return min(leases, ofPool, isSuspect ? suspects : .max)
    }

    /// Takes the bytes of a payload, unless they are too many; the first payload of a turn is always taken.
    public mutating func takeBytes(_ count: Int) -> Bool {
        guard isUntouched || bytes + count <= byteLimit else { return false }
        isUntouched = false
        bytes += count
        return true
    }

    /// Takes note of a lease that was handed out.
    public mutating func take(_ lease: Lease, of claim: Turn.Claim) {
        leases -= 1
        if lease.isSuspect { suspects -= 1 }
        guard claim.pool != .batch else { return }
        workers -= 1
        if claim.pool == .unproven { unproven -= 1 }
    }
}

/// How the room of a destination is parted among the sources that have something due for it.
public enum FairShare {
    /// The share of one source: even, and one more for the first ones where it does not come out even.
    public static func of(_ room: Int, among count: Int, at index: Int) -> Int {
        guard count > 0 else { return 0 }
        return room / count + (index < room % count ? 1 : 0)
    }
}
