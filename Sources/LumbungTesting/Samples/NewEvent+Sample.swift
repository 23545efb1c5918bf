public import LumbungCore

extension NewEvent {
    /// The wall-clock time at which samples are received: 2027-01-15T08:00:00.000Z.
    public static let sampleTime = Timestamp(milliseconds: 1_800_000_000_000)

    /// An event for tests with everything filled in; its digest is the payload's real SHA-256.
    /// - Parameters:
    ///   - identity: The identity within source `source`.
    ///   - payload: The payload; nil makes a small object that names the identity.
    ///   - receivedAt: When it was read.
    ///   - destinations: Where it goes; empty means unrouted.
    public static func sample(
        _ identity: String,
        source: String = "shop",
        payload: [UInt8]? = nil,
        receivedAt: Timestamp = sampleTime,
        to destinations: [DestinationID]
    ) -> NewEvent {
        let bytes = payload ?? Array(#"{"uuid":"sample","bytes":\#(identity.utf8.count)}"#.utf8)
        return NewEvent(
            source: source,
            identity: identity,
            type: "SALES_RECEIPT",
            content: EventContent(
                payload: bytes, digest: SHA256Digest.of(bytes), headers: #"{"content-type":"application/json"}"#),
            receivedAt: receivedAt,
            routing: EventRouting(destinations: destinations)
        )
    }

    /// The same event with the resend rule of its source set.
    public func resendRevives(_ revives: Bool) -> NewEvent {
        var copy = self
        copy.resendRevives = revives
        return copy
    }
}
