public import LumbungCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One event on its way to a handler.
public struct Delivery: Sendable {
    /// The event's number, as its sender was told.
    public let id: Int64
    /// The source that received it.
    public let source: String
    /// Its identity within the source: the same on every attempt, to drop a repeat by.
    public let identity: String
    /// Its type, or the empty string.
    public let type: String
    /// Whose event it is at the sender, an account or a shop, or the empty string.
    public let tenant: String
    /// When it was received; the same on every attempt.
    public let receivedAt: Timestamp?
    /// The payload, byte for byte as it was received.
    public let payload: [UInt8]
    /// The number of this attempt, from 1.
    public let attempt: Int
    let completion: DeliveryCompletion

    init(_ attempt: Attempt, wallClock: @escaping @Sendable () -> Timestamp) {
        completion = DeliveryCompletion(attempt, wallClock: wallClock)
        let event = attempt.lease.event
        id = event.id.value
        source = event.source
        identity = event.identity
        type = event.type
        tenant = event.tenant
        receivedAt = event.receivedAt
        payload = event.payload
        self.attempt = attempt.lease.attempt
    }

    /// The payload as a value of one's own, read as JSON.
    /// - Throws: `DecodingError`. Thrown on by a handler it is a failure that is tried again; to give up at once instead,
    ///   catch it and throw ``Permanent``.
    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(payload))
    }
}

/// A failure that no further attempt can mend: the delivery is dead at once, kept and replayable.
public struct Permanent: Error, Sendable, CustomStringConvertible {
    /// A sentence for the operator.
    public let description: String

    /// Gives up, and says why.
    public init(_ reason: String) {
        description = reason
    }
}
