/// An event as it is stored, with everything that happened to it.
public struct StoredEvent: Sendable {
    /// What a delivery would carry.
    public var event: LeasedEvent
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
    /// How often the same payload came again.
    public var duplicates: Int
    /// Its deliveries.
    public var deliveries: [StoredDelivery]
    /// Payloads that came under its identity and differ from it.
    public var conflicts: [StoredConflict]

    /// Describes a stored event.
    public init(
        event: LeasedEvent,
        status: EventStatus,
        attempts: Int,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        history: History
    ) {
        self.event = event
        self.status = status
        self.attempts = attempts
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.isUnrouted = history.isUnrouted
        self.duplicates = history.duplicates
        self.deliveries = history.deliveries
        self.conflicts = history.conflicts
    }

    /// What came after the event was stored.
    public struct History: Sendable {
        var isUnrouted: Bool
        var duplicates: Int
        var deliveries: [StoredDelivery]
        var conflicts: [StoredConflict]

        /// Bundles what came after.
        public init(
            isUnrouted: Bool,
            duplicates: Int,
            deliveries: [StoredDelivery],
            conflicts: [StoredConflict]
        ) {
            self.isUnrouted = isUnrouted
            self.duplicates = duplicates
            self.deliveries = deliveries
            self.conflicts = conflicts
        }
    }
}

/// One event's way to one destination.
public struct StoredDelivery: Sendable, Hashable {
    /// The destination.
    public var destination: DestinationID
    /// Where it stands.
    public var status: EventStatus
    /// Attempts counted so far.
    public var attempts: Int
    /// Attempts that ended together with the process.
    public var interruptions: Int
    /// When it is due, while it waits for nothing but its time and its turn.
    public var dueAt: Timestamp?
    /// The key of its order, or nil.
    public var orderKey: String?
    /// Whether it waits for one of the same key that was received before it.
    public var isHeld = false
    /// The event whose delivery it waits for, while it is held: one that is open, or dead and blocks.
    public var waitsFor: EventID?
    /// The bulk replay that started it last; nil when something else did.
    public var replay: ReplayID?
    /// The last failure in a sentence, or the empty string.
    public var lastError: String
    /// The attempts that ended, by number.
    public var history: [StoredAttempt]

    /// Describes a delivery; `dueAt`, `lastError` and `history` start empty.
    public init(destination: DestinationID, status: EventStatus, attempts: Int, interruptions: Int) {
        self.destination = destination
        self.status = status
        self.attempts = attempts
        self.interruptions = interruptions
        self.dueAt = nil
        self.lastError = ""
        self.history = []
    }
}

/// One try that ended.
public struct StoredAttempt: Sendable, Hashable {
    /// How many attempts of a delivery are kept when it starts again; those of its new run come on top, as many as its
    /// retry policy gives.
    public static let keptAtRestart = 100

    /// Its number, from 1.
    public var number: Int
    /// How it ended.
    public var outcome: AttemptOutcome.Kind
    /// The HTTP status, when one was received.
    public var statusCode: Int?
    /// When it started.
    public var startedAt: Timestamp
    /// How long it took, in milliseconds.
    public var durationMilliseconds: Int64
    /// The failure in a sentence, or the empty string.
    public var detail: String
    /// The head of the response.
    public var response: [UInt8]

    /// Describes a try; everything but number, outcome and start is set afterwards.
    public init(number: Int, outcome: AttemptOutcome.Kind, startedAt: Timestamp) {
        self.number = number
        self.outcome = outcome
        self.startedAt = startedAt
        self.statusCode = nil
        self.durationMilliseconds = 0
        self.detail = ""
        self.response = []
    }
}

/// A payload that came under a known identity and differs from the first.
public struct StoredConflict: Sendable, Hashable {
    /// Its bytes.
    public var payload: [UInt8]
    /// When it first came.
    public var receivedAt: Timestamp
    /// How often it came.
    public var count: Int

    /// Describes a conflict.
    public init(payload: [UInt8], receivedAt: Timestamp, count: Int) {
        self.payload = payload
        self.receivedAt = receivedAt
        self.count = count
    }
}
