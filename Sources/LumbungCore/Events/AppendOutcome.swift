/// What became of one event that was handed to the store.
public struct AppendOutcome: Sendable, Hashable {
    /// The four ways an identity can meet the inbox.
    public enum Kind: String, Sendable {
        /// Seen for the first time and stored.
        case queued
        /// Known with the same payload; nothing stored twice.
        case duplicate
        /// Known with another payload; that payload is kept beside the first and not processed.
        case conflict
        /// Known, dead, and started again with fresh attempts.
        case revived
    }

    /// What happened.
    public let kind: Kind
    /// The event's number; for anything but `queued` the number of the first.
    public let id: EventID

    /// Makes an outcome.
    public init(kind: Kind, id: EventID) {
        self.kind = kind
        self.id = id
    }
}
