public import LumbungCore

/// What a store means, as a pure value: no lock, no file, no clock, no thread.
///
/// It is the oracle of ``StoreRandomTest`` and the inside of ``MemoryInbox``. Where this model and a store differ, one of
/// the two is wrong.
public struct InboxModel: Sendable {
    /// An identity, compared byte for byte: Swift's `String` takes canonically equal texts for one.
    struct Identity: Hashable, Sendable {
        var source: [UInt8]
        var identity: [UInt8]

        init(_ event: NewEvent) {
            source = Array(event.source.utf8)
            identity = Array(event.identity.utf8)
        }
    }

    /// One event with its deliveries by destination.
    struct Entry: Sendable {
        var id: EventID
        var event: NewEvent
        var status: EventStatus
        var attempts = 0
        var updatedAt: Timestamp
        var duplicates = 0
        var deliveries: [DestinationID: Delivery]
        var conflicts: [Conflict] = []
    }

    /// One event's way to one destination.
    struct Delivery: Sendable {
        var status = EventStatus.pending
        var attempts = 0
        var interruptions = 0
        var lane = Lane.live
        var dueAt: Timestamp?
        var token: Int64?
        var lastError = ""
        var order: OrderKey?
        /// The bulk replay that started it last.
        var replay: ReplayID?
        var history: [StoredAttempt] = []
    }

    /// What waits for one destination in one lane.
    struct Queue: Hashable, Sendable {
        var destination: DestinationID
        var lane: Lane
    }

    /// Which queue of its destination a delivery stands in.
    enum Lane: Sendable {
        case live, suspect, bulk, held, leased
    }

    /// A payload that came under a known identity and differs from the first.
    struct Conflict: Sendable {
        var digest: [UInt8]
        var stored: StoredConflict
    }

    /// The text that stands for "an attempt ended with the process"; stores choose their own words.
    static let interruptionText = "an attempt ended together with the process"

    var entries: [EventID: Entry] = [:]
    var identities: [Identity: EventID] = [:]
    var keptRejections: [Rejection] = []
    var paused: Set<DestinationID> = []
    /// What handlers wrote together with the completion of their deliveries.
    public var effects: [String] = []
    var replays: [ReplayRecord] = []
    var replayCount: Int64 = 0
    var quarantined: [QuarantineID: QuarantinedRequest] = [:]
    var quarantineCount: Int64 = 0
    var expiredStrangers = 0
    var secretUses: [SecretUse] = []
    var captured: [String: CapturedSecret] = [:]
    var auditEntries: [AuditEntry] = []
    var auditCount: Int64 = 0
    /// The source that was given something last, by queue.
    var lastServed: [Queue: [UInt8]] = [:]
    private(set) var destinations: [String: DestinationID] = [:]
    private var lastID: Int64 = 0
    private var lastToken: Int64 = 0
    private(set) var bootEpoch: Int64 = 0

    /// An empty inbox.
    public init() {}

    /// The numbers of the stored events, ascending.
    public var eventIDs: [EventID] { entries.keys.sorted() }

    /// Gives every name a number, keeping known ones.
    public mutating func register(_ names: [String]) -> [String: DestinationID] {
        for name in names where destinations[name] == nil {
            destinations[name] = DestinationID(Int64(destinations.count + 1))
        }
        return destinations
    }

    /// The number of the newest event that ever was.
    var newestID: EventID { EventID(lastID) }

    mutating func makeID() -> EventID {
        lastID += 1
        return EventID(lastID)
    }

    /// A token that is never handed out twice.
    mutating func makeToken() -> Int64 {
        lastToken += 1
        return lastToken
    }

    mutating func startBoot() {
        bootEpoch += 1
        lastServed = [:]
    }

    /// Writes the sum over an event's deliveries into it.
    mutating func summarise(_ id: EventID, now: Timestamp) {
        guard var entry = entries[id] else { return }
        entry.status = .summary(of: entry.deliveries.values.map(\.status))
        entry.attempts = entry.deliveries.values.map(\.attempts).max() ?? 0
        entry.updatedAt = now
        entries[id] = entry
    }
}
