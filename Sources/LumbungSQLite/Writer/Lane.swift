import LumbungCore

/// Which part of the due index a delivery stands in; the numbers are stored.
enum Lane: Int64 {
    /// The ordinary ones.
    case live = 0
    /// Those whose earlier attempt ended with the process; at most one runs at a time.
    case suspect = 1
    /// Those that a bulk replay started; they run when no live one is due.
    case bulk = 2
    /// Those that wait for one of the same order key.
    case held = 3
    /// Those an attempt runs for; `due_at` is the end of the lease.
    case leased = 9
}

/// What waits for one destination in one lane.
struct DueQueue: Hashable {
    var destination: DestinationID
    var lane: Lane
}
