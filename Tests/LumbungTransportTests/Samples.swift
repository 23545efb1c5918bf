import LumbungCore
import LumbungTransport

extension Attempt {
    static func sample(
        identity: String = "abc-123",
        type: String = "SALES_RECEIPT",
        tenant: String = "",
        payload: String = #"{"uuid": "abc-123"}"#,
        headers: String = "{}",
        attempt: Int = 1
    ) -> Attempt {
        let content = EventContent(payload: Array(payload.utf8), digest: [], headers: headers)
        var event = LeasedEvent(id: EventID(42), source: "accurate", identity: identity, type: type, content: content)
        event.tenant = tenant
        // 2026-11-22T21:15:30.007Z
        event.receivedAt = Timestamp(milliseconds: 1_795_382_130_007)
        event.provenAs = "sender"
        let lease = Lease(
            event: event, destination: DestinationID(1), token: 1, attempt: attempt, isSuspect: false, fanout: 1)
        // 2026-11-22T21:15:32.123Z
        return Attempt(
            lease: lease, destinationName: "app", startedAt: Timestamp(milliseconds: 1_795_382_132_123))
    }
}

extension HTTPTransport {
    /// Delivers one attempt and closes the transport.
    static func deliver(
        _ attempt: Attempt = .sample(),
        to url: String,
        allowPrivate: Bool = true,
        timeout: Duration = .seconds(10),
        resolver: NameResolver = .system
    ) async throws -> AttemptOutcome {
        var destination = try HTTPDestination(url: url)
        destination.allowPrivate = allowPrivate
        destination.timeout = timeout
        let transport = HTTPTransport(destination: destination, resolver: resolver)
        let outcome = await transport.deliver(attempt)
        await transport.shutdown()
        return outcome
    }
}
