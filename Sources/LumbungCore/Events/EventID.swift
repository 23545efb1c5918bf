/// The number of an event in its inbox, called `queue_id` outside: positive, ascending in commit order, never reused.
public struct EventID: Sendable, Hashable, Comparable {
    /// The number as stored and shown.
    public let value: Int64

    /// Wraps a stored number.
    public init(_ value: Int64) {
        self.value = value
    }

    /// Orders events by commit.
    public static func < (left: EventID, right: EventID) -> Bool {
        left.value < right.value
    }
}
