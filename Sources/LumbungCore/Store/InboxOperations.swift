/// What an operator sees and steers in a store, beside what the intake and the engine need.
///
/// Every store passes the conformance suite of `LumbungTesting`. Reads are bounded in time and never hold a commit back.
public protocol InboxOperations: BulkReplayStore, AuditStore {
    /// Lists events, newest first.
    /// - Throws: ``StoreError``; ``StoreError/tooSlow`` when the filter makes the store look at too much.
    func events(_ query: EventQuery) async throws(StoreError) -> EventPage

    /// Starts deliveries of an event again with fresh attempts; the attempts that ended stay in the history.
    ///
    /// Durability: what the report says was committed and flushed before this returns.
    /// - Parameters:
    ///   - event: The event, whatever its status.
    ///   - destinations: The destinations to go to, each registered; a delivery that the event does not have yet is made.
    ///     Nil starts every delivery that the event has.
    ///   - now: The wall-clock time; the started deliveries are due then.
    /// - Returns: What was started, and what was left as it stands because it is open; nil when there is no such event.
    /// - Throws: ``StoreError``; then nothing was started.
    func replay(
        _ event: EventID, to destinations: [DestinationID]?, now: Timestamp
    ) async throws(StoreError) -> OperationReport?

    /// Ends deliveries of an event that wait; what runs is left alone.
    ///
    /// Durability: what the report says was committed and flushed before this returns.
    /// - Parameters:
    ///   - event: The event.
    ///   - destination: The destination, or nil for every one.
    ///   - now: The wall-clock time.
    /// - Returns: What was cancelled, and what was left as it stands; nil when there is no such event.
    /// - Throws: ``StoreError``; then nothing was cancelled.
    func cancel(
        _ event: EventID, to destination: DestinationID?, now: Timestamp
    ) async throws(StoreError) -> OperationReport?

    /// Remembers, over restarts, whether a destination's events wait until a person resumes it.
    /// - Throws: ``StoreError``; then it is as it was.
    func pause(_ destination: DestinationID, _ isPaused: Bool) async throws(StoreError)

    /// Tells what the store knows of every destination it has a number for.
    /// - Throws: ``StoreError``.
    func destinations() async throws(StoreError) -> [DestinationRecord]
}

/// Which events an operator means; everything that is set must hold.
public struct EventFilter: Sendable, Hashable {
    /// Events in this status only; together with a destination, events whose delivery there is in it.
    ///
    /// For `dead` one dead delivery is enough, even while the event as a whole is not dead because another one waits:
    /// whoever looks for what was given up must find it.
    public var status: EventStatus?
    /// Events of this source only.
    public var source: String?
    /// Events of exactly this type only.
    public var type: String?
    /// Events of exactly this tenant only.
    public var tenant: String?
    /// Events with exactly this identity only.
    public var identity: String?
    /// Events with a delivery to this destination only.
    public var destination: DestinationID?
    /// Events received at this time or later only.
    public var from: Timestamp?
    /// Events received before this time only.
    public var to: Timestamp?
    /// Events whose payload holds these bytes only.
    public var text: [UInt8]?

    /// Means every event.
    public init() {}
}

/// A page that an operator wants to see.
public struct EventQuery: Sendable, Hashable {
    /// The most events of a page.
    public static let longestPage = 200

    /// Which events.
    public var filter = EventFilter()
    /// Events with smaller numbers than this only: where the page before ended.
    public var before: EventID?
    /// The most events to tell, 1 to ``longestPage``.
    public var limit: Int

    /// Asks for the newest events.
    public init(limit: Int = 50) {
        self.limit = min(max(limit, 1), Self.longestPage)
    }
}

/// One page of events.
public struct EventPage: Sendable, Hashable {
    /// The events, newest first.
    public var events: [EventSummary]
    /// Where the next page begins (``EventQuery/before``); nil when there are no more.
    public var next: EventID?

    /// Makes a page.
    public init(events: [EventSummary], next: EventID?) {
        self.events = events
        self.next = next
    }
}

/// An event in a list, without its payload.
public struct EventSummary: Sendable, Hashable {
    /// Its number.
    public var id: EventID
    /// The source that received it.
    public var source: String
    /// Its identity.
    public var identity: String
    /// Its type, or the empty string.
    public var type: String
    /// Its tenant, or the empty string.
    public var tenant: String
    /// The kind of sender that it was proven to be of when it came, or the empty string.
    public var provenAs: String
    /// The summary over its deliveries.
    public var status: EventStatus
    /// The most attempts any of its deliveries had.
    public var attempts: Int
    /// When it was received.
    public var createdAt: Timestamp
    /// When it happened, as the sender says; nil when nothing readable did.
    public var occurredAt: Timestamp?
    /// When it last changed.
    public var updatedAt: Timestamp
    /// Whether no route took it.
    public var isUnrouted: Bool

    /// Sums an event up.
    public init(_ event: StoredEvent) {
        id = event.event.id
        source = event.event.source
        identity = event.event.identity
        type = event.event.type
        tenant = event.event.tenant
        provenAs = event.event.provenAs
        status = event.status
        attempts = event.attempts
        createdAt = event.createdAt
        occurredAt = event.occurredAt
        updatedAt = event.updatedAt
        isUnrouted = event.isUnrouted
    }
}

/// What became of the deliveries that an operator meant.
public struct OperationReport: Sendable, Hashable {
    /// The destinations whose deliveries were changed, ascending.
    public var changed: [DestinationID]
    /// The destinations whose deliveries were left as they are, and where they stand.
    public var left: [DestinationID: EventStatus]

    /// Makes a report.
    public init(changed: [DestinationID], left: [DestinationID: EventStatus]) {
        self.changed = changed
        self.left = left
    }
}

/// What a store knows of a destination.
public struct DestinationRecord: Sendable, Hashable {
    /// Its number.
    public var id: DestinationID
    /// Its name.
    public var name: String
    /// Whether a person paused it.
    public var isPaused: Bool
    /// Deliveries to it that wait or run; counted up to ``mostCounted``, so that a look takes no longer for more.
    public var open: Int
    /// How many of them wait for another one of their order key; counted as far.
    public var held = 0

    /// Where counting ends.
    public static let mostCounted = 1_000_000

    /// Describes a destination.
    public init(id: DestinationID, name: String, isPaused: Bool, open: Int) {
        self.id = id
        self.name = name
        self.isPaused = isPaused
        self.open = open
    }
}
