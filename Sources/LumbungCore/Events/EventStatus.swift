/// Where an event or one of its deliveries stands; the raw value is what the database and the API show.
public enum EventStatus: String, Sendable, CaseIterable {
    /// Stored, never tried.
    case pending
    /// An attempt is running.
    case processing
    /// Tried before; waits for its next attempt.
    case retrying
    /// Done.
    case completed
    /// Given up; kept for a person.
    case dead
    /// Ended by a person before it was done.
    case cancelled

    /// Whether nothing more happens without a person.
    public var isFinished: Bool {
        switch self {
        case .pending, .processing, .retrying: false
        case .completed, .dead, .cancelled: true
        }
    }

    /// The status of an event that sums up its deliveries.
    ///
    /// Anything running or waiting comes first, then `dead`, then `completed`, then `cancelled`. An event without
    /// deliveries is `completed`.
    public static func summary(of deliveries: [EventStatus]) -> EventStatus {
        guard !deliveries.isEmpty else { return .completed }
        let order: [EventStatus] = [.processing, .retrying, .pending, .dead, .completed, .cancelled]
        return order.first { deliveries.contains($0) } ?? .completed
    }
}
