/// What a store found and mended when it was opened.
public struct RecoveryReport: Sendable, Hashable {
    /// The number of this start, from 1.
    public var bootEpoch: Int64
    /// Attempts that ended together with an earlier process and run again.
    public var interrupted: Int
    /// Deliveries set aside because their attempts ended with the process too often.
    public var poisoned: Int
    /// The first of them, at most ``mostNamed``.
    public var setAside: [SetAside] = []
    /// Deliveries that wait or are due.
    public var waiting: Int
    /// What an operator must know about the state in which the store was found, a sentence each; mostly nothing.
    public var remarks: [String] = []

    /// How many deliveries a report names at the most.
    public static let mostNamed = 20

    /// A delivery that was set aside.
    public struct SetAside: Sendable, Hashable {
        /// The event.
        public var event: EventID
        /// Where it was to go.
        public var destination: DestinationID

        /// Names a delivery.
        public init(event: EventID, destination: DestinationID) {
            self.event = event
            self.destination = destination
        }
    }

    /// Describes a recovery.
    public init(bootEpoch: Int64, interrupted: Int, poisoned: Int, waiting: Int) {
        self.bootEpoch = bootEpoch
        self.interrupted = interrupted
        self.poisoned = poisoned
        self.waiting = waiting
    }
}

/// What a store took back of leases that had ended.
public struct ReclaimReport: Sendable, Hashable {
    /// Attempts whose deliveries run again.
    public var interrupted: Int
    /// Deliveries set aside because their attempts ended without a result too often.
    public var poisoned: Int
    /// The first of them, at most ``RecoveryReport/mostNamed``.
    public var setAside: [RecoveryReport.SetAside]

    /// How many leases were taken back.
    public var returned: Int { interrupted + poisoned }

    /// Describes what was taken back.
    /// - Parameters:
    ///   - returned: How many leases.
    ///   - poisoned: Those of deliveries that were set aside.
    public init(returned: Int, poisoned: [RecoveryReport.SetAside] = []) {
        self.interrupted = returned - poisoned.count
        self.poisoned = poisoned.count
        self.setAside = Array(poisoned.prefix(RecoveryReport.mostNamed))
    }
}

/// How long finished events are kept.
public struct RetentionPolicy: Sendable, Hashable {
    /// How long completed and cancelled events are kept after their last change.
    public var finished: Duration
    /// How long dead events are kept after their last change.
    public var dead: Duration

    /// Makes a policy; the defaults are the contract's 30 and 90 days.
    public init(finished: Duration = .seconds(30 * 86_400), dead: Duration = .seconds(90 * 86_400)) {
        self.finished = finished
        self.dead = dead
    }
}

/// One slice of pruning.
public struct PruneSlice: Sendable, Hashable {
    /// Events removed in this slice.
    public var removed: Int
    /// Where the next slice goes on, which may be where this one began; nil when the walk has reached events too young to
    /// be pruned.
    public var next: EventID?
    /// How many requests in quarantine were removed because their time was over, since that was told last.
    public var expired = 0

    /// Describes a slice.
    public init(removed: Int, next: EventID?) {
        self.removed = removed
        self.next = next
    }
}

/// Whether a store can commit now.
public enum StoreHealth: Sendable, Hashable {
    /// It can.
    case ready
    /// It cannot, and why, in a sentence.
    case unavailable(String)
}

/// The attempts that end with the process before an event is set aside (PROMISES 11: three).
public let poisonLimit = 3
