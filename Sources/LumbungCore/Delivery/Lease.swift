/// The right to run one attempt of one delivery, with everything the attempt needs.
///
/// The attempt was counted before the lease was handed out. Whoever holds the lease records one outcome under its
/// token; a token that is no longer the row's is refused, so a late holder can never write over a newer one.
public struct Lease: Sendable {
    /// The event to deliver.
    public var event: LeasedEvent
    /// Where to.
    public var destination: DestinationID
    /// The fencing token, unique over the life of the store.
    public var token: Int64
    /// The number of this attempt, from 1.
    public var attempt: Int
    /// Whether an earlier attempt ended together with the process; such a delivery runs alone in its lane.
    public var isSuspect: Bool
    /// How many deliveries the event has; with 1 the event's status is the delivery's.
    public var fanout: Int
    /// Whether the delivery has a place in an order, so that its end lets the next one go.
    public var isOrdered = false
    /// Since when the delivery was due: its place among those that wait, should it be handed back.
    public var dueSince: Timestamp?

    /// Makes a lease; only stores do.
    public init(
        event: LeasedEvent,
        destination: DestinationID,
        token: Int64,
        attempt: Int,
        isSuspect: Bool,
        fanout: Int
    ) {
        self.event = event
        self.destination = destination
        self.token = token
        self.attempt = attempt
        self.isSuspect = isSuspect
        self.fanout = fanout
    }
}

extension Lease {
    /// What names the lease.
    public var key: LeaseKey {
        LeaseKey(event: event.id, destination: destination, token: token)
    }
}

/// The part of a stored event that a delivery needs.
public struct LeasedEvent: Sendable {
    /// The event's number.
    public var id: EventID
    /// The source that received it.
    public var source: String
    /// Its identity, sent as `webhook-id`.
    public var identity: String
    /// Its type, or the empty string.
    public var type: String
    /// Its tenant, or the empty string.
    public var tenant = ""
    /// When it was received; nil for a sample that never was.
    public var receivedAt: Timestamp?
    /// The kind of sender that it was proven to be of when it came, a preset's name; empty when it was not.
    public var provenAs = ""
    /// The payload, byte for byte.
    public var payload: [UInt8]
    /// SHA-256 of the payload as it was received; checked before each attempt.
    public var digest: [UInt8]
    /// The kept request headers as a JSON object text.
    public var headers: String

    /// Makes the delivered view of an event; only stores do.
    public init(id: EventID, source: String, identity: String, type: String, content: EventContent) {
        self.id = id
        self.source = source
        self.identity = identity
        self.type = type
        self.payload = content.payload
        self.digest = content.digest
        self.headers = content.headers
    }
}
