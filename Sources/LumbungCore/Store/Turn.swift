/// What the engine asks of the store in one transaction: take these results, hand out that much work.
public struct Turn: Sendable {
    /// Results of attempts that have ended.
    public var records: [DeliveryRecord]
    /// How much work is wanted, by destination.
    public var claims: [Claim]
    /// The most leases to hand out in all.
    public var leaseLimit: Int
    /// The most leases that take a worker each: of the claims in ``Claim/Pool/worker`` and ``Claim/Pool/unproven``.
    public var workerLimit = Int.max
    /// The most leases, within ``workerLimit``, of the claims in ``Claim/Pool/unproven``.
    public var unprovenLimit = Int.max
    /// The most deliveries in all whose earlier attempt ended with the process: one runs at a time, so that a poison
    /// event takes nobody down with it.
    public var suspectLimit = 1
    /// The most payload bytes to hand out in all; one lease is always allowed.
    public var byteLimit: Int
    /// The wall-clock time.
    public var now: Timestamp
    /// When the handed-out leases end.
    public var leaseUntil: Timestamp

    /// How much work one destination may be given.
    public struct Claim: Sendable, Hashable {
        /// The destination.
        public var destination: DestinationID
        /// The most deliveries.
        public var limit: Int
        /// The most deliveries, within `limit`, whose earlier attempt ended with the process: 0 or 1.
        public var suspectLimit: Int
        /// Which limit of the turn it shares with others.
        public var pool: Pool

        /// What leases take besides their place in memory.
        public enum Pool: Sendable, Hashable {
            /// Nothing: the destination never waits, and a batch of its leases runs on one worker.
            case batch
            /// A worker each.
            case worker
            /// A worker each, of those that destinations may have which are not known to be well.
            case unproven
        }

        /// Wants work for a destination.
        public init(destination: DestinationID, limit: Int, suspectLimit: Int, pool: Pool = .worker) {
            self.destination = destination
            self.limit = limit
            self.suspectLimit = suspectLimit
            self.pool = pool
        }
    }

    /// Asks for a turn.
    public init(
        records: [DeliveryRecord],
        claims: [Claim],
        leaseLimit: Int,
        byteLimit: Int = 32 * 1024 * 1024,
        now: Timestamp,
        leaseUntil: Timestamp
    ) {
        self.records = records
        self.claims = claims
        self.leaseLimit = leaseLimit
        self.byteLimit = byteLimit
        self.now = now
        self.leaseUntil = leaseUntil
    }
}

/// What a turn brought.
public struct TurnResult: Sendable {
    /// The work to run now, oldest due first.
    public var leases: [Lease]
    /// How many records were refused because their token was no longer the row's.
    public var fenced: Int
    /// When the next delivery of the claimed destinations is due that was not handed out; nil when none waits.
    ///
    /// Destinations claimed with a limit of zero do not count. The turn's `now` says that more is due than the limits
    /// allowed, whatever its own time.
    public var nextDueAt: Timestamp?

    /// Describes what a turn brought.
    public init(leases: [Lease], fenced: Int, nextDueAt: Timestamp?) {
        self.leases = leases
        self.fenced = fenced
        self.nextDueAt = nextDueAt
    }
}
