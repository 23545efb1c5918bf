/// Events of one request, stored together or not at all.
public struct AppendRequest: Sendable {
    /// Is told the outcomes in the order of the events, or why nothing was stored.
    ///
    /// Called once: with success from a thread of the store, only after the commit was flushed; with an error at once, on the
    /// caller's thread, when the request is not taken. It must not block.
    public typealias Completion = @Sendable (Result<[AppendOutcome], StoreError>) -> Void

    /// The events; at least one.
    public var events: [NewEvent]
    /// The memory that the request holds while it waits, in bytes: payloads, identities, types, tenants, the kept headers
    /// (which the events of a request share) and ``eventOverheadBytes`` for each event.
    public let heldBytes: Int
    /// After this instant the sender is told 503 instead of waiting longer.
    public var deadline: ContinuousClock.Instant
    /// The request in quarantine that these events were in; it is removed from there in the same transaction.
    ///
    /// When it is not there any more, nothing is stored: ``StoreError/invalid(_:)``.
    public var released: QuarantineID?
    /// Who waits for the outcome.
    public var completion: Completion

    /// What an event takes besides its bytes: the value itself, its digest, and the heads of its arrays and texts.
    public static let eventOverheadBytes = 512

    /// Asks for events to be stored.
    public init(
        events: [NewEvent], released: QuarantineID? = nil, deadline: ContinuousClock.Instant,
        completion: @escaping Completion
    ) {
        self.events = events
        self.heldBytes = events.reduce(events.first?.headers.utf8.count ?? 0) { sum, event in
            sum + event.payload.count + event.identity.utf8.count + event.type.utf8.count + event.tenant.utf8.count
                + Self.eventOverheadBytes
        }
        self.released = released
        self.deadline = deadline
        self.completion = completion
    }
}
