/// Events of one request, stored together or not at all.
public struct AppendRequest: Sendable {
    /// Is told the outcomes in the order of the events, or why nothing was stored.
    ///
    /// Called once, from a thread of the store, only after the commit was flushed. It must not block.
    public typealias Completion = @Sendable (Result<[AppendOutcome], StoreError>) -> Void

    /// The events; at least one.
    public var events: [NewEvent]
    /// The sum of the payload sizes in bytes.
    public var payloadBytes: Int
    /// After this instant the sender is told 503 instead of waiting longer.
    public var deadline: ContinuousClock.Instant
    /// Who waits for the outcome.
    public var completion: Completion

    /// Asks for events to be stored.
    public init(events: [NewEvent], deadline: ContinuousClock.Instant, completion: @escaping Completion) {
        self.events = events
        self.payloadBytes = events.reduce(0) { $0 + $1.payload.count }
        self.deadline = deadline
        self.completion = completion
    }
}
