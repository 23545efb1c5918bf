/// The result of one attempt on its way into the store.
public struct DeliveryRecord: Sendable {
    /// The lease it was run under.
    public var lease: LeaseKey
    /// How many deliveries the event has.
    public var fanout: Int
    /// Whether the delivery has a place in an order.
    public var isOrdered: Bool
    /// Since when the delivery was due when it was claimed.
    public var dueSince: Timestamp?
    /// The number of the attempt.
    public var attempt: Int
    /// How it ended.
    public var outcome: AttemptOutcome
    /// What follows.
    public var decision: DeliveryDecision
    /// When it started and ended.
    public var timing: AttemptTiming

    /// Describes the result of an attempt.
    public init(lease: Lease, outcome: AttemptOutcome, decision: DeliveryDecision, timing: AttemptTiming) {
        self.lease = lease.key
        self.fanout = lease.fanout
        self.isOrdered = lease.isOrdered
        self.dueSince = lease.dueSince
        self.attempt = lease.attempt
        self.outcome = outcome
        self.decision = decision
        self.timing = timing
    }

    /// When a delivery that is handed back is due: as before, and at once where the clock was set back meanwhile.
    public var releasedDueAt: Timestamp { min(dueSince ?? timing.startedAt, timing.startedAt) }
}

/// What names a lease without carrying its payload.
public struct LeaseKey: Sendable, Hashable {
    /// The event.
    public var event: EventID
    /// The destination.
    public var destination: DestinationID
    /// The fencing token.
    public var token: Int64

    /// Names a lease.
    public init(event: EventID, destination: DestinationID, token: Int64) {
        self.event = event
        self.destination = destination
        self.token = token
    }
}

/// When an attempt ran.
public struct AttemptTiming: Sendable, Hashable {
    /// The wall-clock start.
    public var startedAt: Timestamp
    /// The wall-clock end.
    public var endedAt: Timestamp
    /// How long it took by the monotonic clock.
    public var duration: Duration

    /// Describes when an attempt ran.
    public init(startedAt: Timestamp, endedAt: Timestamp, duration: Duration) {
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.duration = duration
    }
}
