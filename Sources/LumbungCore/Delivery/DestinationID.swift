/// The number a store gives to a destination's name; stable over restarts.
public struct DestinationID: Sendable, Hashable, Comparable {
    /// The number as stored.
    public let value: Int64

    /// Wraps a stored number.
    public init(_ value: Int64) {
        self.value = value
    }

    /// Orders by registration.
    public static func < (left: DestinationID, right: DestinationID) -> Bool {
        left.value < right.value
    }
}
