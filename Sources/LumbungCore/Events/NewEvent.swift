/// One webhook payload on its way into the store.
public struct NewEvent: Sendable {
    /// The name of the source that received it.
    public var source: String
    /// The identity within the source; compared byte for byte, at most ``IdentityRule/longestBytes`` bytes, no control
    /// characters.
    public var identity: String
    /// The sender's event type, or the empty string.
    public var type: String
    /// Whose event it is at the sender, an account or a shop; empty when that is not known.
    ///
    /// At most ``TypeRule/longestBytes`` bytes, no control characters.
    public var tenant = ""
    /// The kind of sender that it was proven to be of when it came, a preset's name; empty when it was not.
    public var provenAs = ""
    /// The payload bytes exactly as they stood in the request body; JSON, or whatever its source takes.
    public var payload: [UInt8]
    /// SHA-256 of `payload`, 32 bytes.
    public var digest: [UInt8]
    /// The kept request headers as a JSON object text of lower-case names and string values.
    public var headers: String
    /// When the request was read.
    public var receivedAt: Timestamp
    /// When it happened, as the sender says; nil when nothing readable does.
    public var occurredAt: Timestamp?
    /// The destinations that the routes chose, without repeats; empty means unrouted.
    public var destinations: [DestinationID]
    /// The places of its deliveries in an order; destinations without one keep none.
    public var orderKeys: [DestinationID: OrderKey]
    /// Whether a duplicate of a dead event starts it again.
    public var resendRevives: Bool

    /// Makes an event to store.
    public init(
        source: String,
        identity: String,
        type: String,
        content: EventContent,
        receivedAt: Timestamp,
        routing: EventRouting
    ) {
        self.source = source
        self.identity = identity
        self.type = type
        self.payload = content.payload
        self.digest = content.digest
        self.headers = content.headers
        self.receivedAt = receivedAt
        self.destinations = routing.destinations
        self.orderKeys = routing.orderKeys
        self.resendRevives = routing.resendRevives
    }
}

/// What was received: the bytes, their digest and the headers worth keeping.
public struct EventContent: Sendable {
    /// The payload bytes.
    public var payload: [UInt8]
    /// SHA-256 of the payload.
    public var digest: [UInt8]
    /// The kept headers as a JSON object text.
    public var headers: String

    /// Bundles what was received.
    public init(payload: [UInt8], digest: [UInt8], headers: String) {
        self.payload = payload
        self.digest = digest
        self.headers = headers
    }
}

/// Where an event goes and what its resend means, decided once at ingest.
public struct EventRouting: Sendable {
    /// The chosen destinations.
    public var destinations: [DestinationID]
    /// The places of its deliveries in an order.
    public var orderKeys: [DestinationID: OrderKey]
    /// Whether a duplicate of a dead event starts it again.
    public var resendRevives: Bool

    /// Bundles the decisions of the routes and the source.
    public init(
        destinations: [DestinationID], orderKeys: [DestinationID: OrderKey] = [:], resendRevives: Bool = true
    ) {
        self.destinations = destinations
        self.orderKeys = orderKeys
        self.resendRevives = resendRevives
    }
}
