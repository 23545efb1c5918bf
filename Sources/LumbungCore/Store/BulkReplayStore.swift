/// Replays of many events, kept by the store: a replay goes on over restarts, and each of its events is started once.
///
/// Every store passes the conformance suite of `LumbungTesting`.
public protocol BulkReplayStore: InboxStore {
    /// Begins a replay of every event that is stored now and that the order means; nothing is started yet.
    ///
    /// Its position is before the oldest event that is kept, so that nobody looks through what was pruned.
    ///
    /// Of ended replays the newest ``ReplayRecord/keptRecords`` are kept.
    /// - Returns: Its number; nil when ``ReplayRecord/mostRunning`` run already, and then nothing was written.
    /// - Throws: ``StoreError``; ``StoreError/invalid(_:)`` for a destination that is not registered.
    func beginReplay(_ order: ReplayOrder, now: Timestamp) async throws(StoreError) -> ReplayID?

    /// Starts the deliveries of some events of a replay again, in the lane behind live events, and remembers how far it
    /// came.
    ///
    /// Of each event those deliveries are started that have ended: the one to the order's destination, which is made when
    /// there is none, or every one that the event has; only those in the filter's status, if it has one. What has come to
    /// stand otherwise since the event was found is left as it is, and so is what goes to a destination that is not
    /// configured: it would wait for ever.
    ///
    /// Durability: what is started and how far the replay came are committed together, so that a kill repeats nothing.
    /// - Returns: How many deliveries were started; nil when the replay does not run any more, and then none was.
    /// - Throws: ``StoreError``; then nothing was started. ``StoreError/diskFull`` as long as the space that is left is for
    ///   finishing and pruning.
    func advanceReplay(_ step: ReplayStep, now: Timestamp) async throws(StoreError) -> Int?

    /// Ends a replay; what it has started already runs on.
    /// - Returns: Whether there is one of this number; one that had ended before stays as it ended.
    /// - Throws: ``StoreError``; then it is as it was.
    func cancelReplay(_ id: ReplayID, now: Timestamp) async throws(StoreError) -> Bool

    /// Tells of one replay, or nil.
    /// - Throws: ``StoreError``.
    func replay(_ id: ReplayID) async throws(StoreError) -> ReplayRecord?

    /// Tells of the kept replays, or of those alone that run, newest first.
    /// - Throws: ``StoreError``.
    func replays(onlyRunning: Bool) async throws(StoreError) -> [ReplayRecord]

    /// Finds the next events that a filter means, oldest first, looking at a bounded piece of the inbox.
    ///
    /// With a destination and a status it means the events whose delivery to that destination is in that status, whatever
    /// their other deliveries say.
    /// - Throws: ``StoreError``; ``StoreError/tooSlow`` when the span is too wide for the filter.
    func find(_ filter: EventFilter, in span: EventSpan, limit: Int) async throws(StoreError) -> FoundEvents
}

/// The number of a bulk replay: positive, ascending, never reused.
public struct ReplayID: Sendable, Hashable, Comparable {
    /// The number as stored and shown.
    public let value: Int64

    /// Wraps a stored number.
    public init(_ value: Int64) {
        self.value = value
    }

    /// Orders replays by their beginning.
    public static func < (left: ReplayID, right: ReplayID) -> Bool {
        left.value < right.value
    }
}

/// What an operator wants replayed.
public struct ReplayOrder: Sendable, Hashable {
    /// Which events; a status must be a finished one.
    public var filter: EventFilter
    /// Where to; nil for where each event went, within the filter's own destination.
    public var destination: DestinationID?
    /// How many events may be started in a period; nil for any number.
    public var rate: DeliveryRate?

    /// Orders a replay.
    public init(filter: EventFilter, destination: DestinationID? = nil, rate: DeliveryRate? = nil) {
        self.filter = filter
        self.destination = destination
        self.rate = rate
    }

    /// The only destination whose deliveries are started; nil for all.
    public var onlyDestination: DestinationID? { destination ?? filter.destination }

    /// Whether a delivery that has ended is one to start.
    public func means(_ status: EventStatus) -> Bool {
        status.isFinished && (filter.status == nil || filter.status == status)
    }
}

/// A bulk replay and how far it came.
public struct ReplayRecord: Sendable, Hashable {
    /// How many ended replays are kept.
    public static let keptRecords = 1000
    /// How many may run at the same time.
    public static let mostRunning = 16
    /// Where counting ``waiting`` ends.
    public static let mostCounted = 100_000

    /// Where a replay stands.
    public enum Status: String, Sendable, CaseIterable {
        /// It still starts deliveries.
        case running
        /// It has started everything that it meant.
        case completed
        /// A person ended it.
        case cancelled
    }

    /// Its number.
    public var id: ReplayID
    /// What was wanted.
    public var order: ReplayOrder
    /// Where it stands.
    public var status = Status.running
    /// When it began.
    public var createdAt: Timestamp
    /// When it ended; nil while it runs.
    public var endedAt: Timestamp?
    /// Events up to this number have been looked at.
    public var position = EventID(0)
    /// The last event that it may reach: the newest at its beginning.
    public var through: EventID
    /// How many events were replayed.
    public var events = 0
    /// How many deliveries were started.
    public var started = 0
    /// How many deliveries were left as they stood: they had come to stand otherwise, or their destination was not
    /// configured.
    public var left = 0
    /// How many of ``left`` were left because their destination was not configured.
    public var unconfigured = 0
    /// How many of the started deliveries wait or run now, by destination; together up to ``mostCounted``.
    public var waitingFor: [DestinationID: Int] = [:]

    /// How many of the started deliveries wait or run now; counted up to ``mostCounted``.
    public var waiting: Int { waitingFor.values.reduce(0, +) }

    /// Describes a replay that begins.
    public init(id: ReplayID, order: ReplayOrder, createdAt: Timestamp, through: EventID) {
        self.id = id
        self.order = order
        self.createdAt = createdAt
        self.through = through
    }
}

/// One step of a replay.
public struct ReplayStep: Sendable {
    /// Which replay.
    public var replay: ReplayID
    /// The events to start, ascending.
    public var events: [EventID]
    /// Events up to this number have been looked at then.
    public var position: EventID
    /// Whether it is the last one.
    public var isLast: Bool
    /// The destinations that deliveries are started to; others are left as they stand.
    public var configured: Set<DestinationID>

    /// Describes a step.
    public init(
        replay: ReplayID, events: [EventID], position: EventID, isLast: Bool, configured: Set<DestinationID>
    ) {
        self.replay = replay
        self.events = events
        self.position = position
        self.isLast = isLast
        self.configured = configured
    }
}

/// A piece of the inbox: the events whose numbers are above one and up to another.
public struct EventSpan: Sendable, Hashable {
    /// The number before the first one.
    public var after: EventID
    /// The last number.
    public var through: EventID

    /// Names a piece.
    public init(after: EventID, through: EventID) {
        self.after = after
        self.through = through
    }
}

/// What was found in a piece of the inbox.
public struct FoundEvents: Sendable, Hashable {
    /// The events, ascending.
    public var events: [EventID]
    /// Up to where the piece was looked at: its end, or the last found one when the limit was met.
    public var position: EventID

    /// Describes what was found in a span.
    public init(_ events: [EventID], in span: EventSpan, limit: Int) {
        self.events = events
        self.position = events.count < limit ? span.through : events.last ?? span.through
    }
}
