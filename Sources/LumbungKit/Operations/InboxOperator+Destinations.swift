import Crypto
import LumbungCore

extension InboxOperator {
    /// Holds a destination's events back until it is resumed; remembered over restarts.
    ///
    /// Attempts that were handed out already end as usual.
    /// - Returns: How the destination stands afterwards.
    /// - Throws: ``OperationError``; then it is as it was.
    public func pause(_ name: String) async throws(OperationError) -> DestinationDetail {
        try await hold(try await record(name), true)
    }

    /// Lifts an operator's pause; a destination's events go on, unless the configuration holds it as well.
    /// - Returns: How the destination stands afterwards.
    /// - Throws: ``OperationError``; ``OperationError/impossible(_:)`` when nobody but the configuration holds it.
    public func resume(_ name: String) async throws(OperationError) -> DestinationDetail {
        let record = try await record(name)
        guard record.isPaused || configured().destinations[record.id]?.isPaused != true else {
            throw .impossible(
                "the destination \(name) is paused in the config file; change `paused` there to let it go on")
        }
        return try await hold(record, false)
    }

    /// Sends a sample straight to a destination, also to one that is paused; nothing is stored and nothing is retried.
    ///
    /// The sample has queue id 0, attempt 1, source `test`, type `LUMBUNG_TEST` and an identity that begins with `test-`.
    /// It is sent beside the attempts at events, whatever the destination's concurrency, rate, breaker or pause; one test
    /// of a destination at a time.
    /// - Throws: ``OperationError`` when there is nothing to send it to or a test runs already; a failed attempt is a result
    ///   and no error.
    public func test(_ name: String) async throws(OperationError) -> DestinationTest {
        let (record, destination) = try await configuredDestination(name)
        guard destination.shared.beginTest() else {
            throw .impossible("a test of \(name) runs already; wait for its result")
        }
        defer { destination.shared.endTest() }
        let startedAt = now()
        let event = SampleEvent.make(sentAt: startedAt)
        let lease = Lease(event: event, destination: record.id, token: 0, attempt: 1, isSuspect: false, fanout: 1)
        let started = ContinuousClock.now
        let outcome = await destination.transport.deliver(
            Attempt(lease: lease, destinationName: name, startedAt: startedAt))
        return DestinationTest(
            destination: name, identity: event.identity, outcome: outcome, duration: ContinuousClock.now - started)
    }

    /// Writes the switch, then tells the engine what the store says.
    ///
    /// Two operators may turn it at the same time: whoever told the engine looks again, so that store and engine agree
    /// in the end whatever the order.
    private func hold(_ record: DestinationRecord, _ isPaused: Bool) async throws(OperationError) -> DestinationDetail {
        let id = record.id
        try await ask { store throws(StoreError) in try await store.pause(id, isPaused) }
        var told = record
        told.isPaused = isPaused
        while true {
            let isHeldByFile = configured().destinations[id]?.isPaused ?? false
            await engine.pause(id, told.isPaused || isHeldByFile)
            // When it cannot be read again, what was written is what the engine was told.
            guard let now = try? await store.destinations().first(where: { $0.id == id }) else { break }
            if now.isPaused == told.isPaused {
                told = now
                break
            }
            told = now
        }
        return await detail(told)
    }
}

/// The event that a test sends.
enum SampleEvent {
    static func make(sentAt: Timestamp) -> LeasedEvent {
        var source = SystemRandomNumberGenerator()
        let identity = "test-" + String(source.next() as UInt64, radix: 16)
        let payload = Array(
            #"{"type":"LUMBUNG_TEST","uuid":"\#(identity)","sent_at":"\#(sentAt.iso8601)"}"#.utf8)
        return LeasedEvent(
            id: EventID(0), source: "test", identity: identity, type: "LUMBUNG_TEST",
            content: EventContent(
                payload: payload, digest: Array(SHA256.hash(data: payload)),
                headers: #"{"content-type":"application/json"}"#))
    }
}
