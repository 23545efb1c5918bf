public import LumbungCore

extension InboxStore {
    /// Stores events and waits for the outcome.
    /// - Parameters:
    ///   - events: The events of one request.
    ///   - released: The request in quarantine that they were in.
    ///   - deadline: How long the request may wait.
    /// - Throws: ``StoreError``; then nothing was stored, or it is unknown.
    public func append(
        _ events: [NewEvent], released: QuarantineID? = nil, deadline: Duration = .seconds(30)
    ) async throws(StoreError) -> [AppendOutcome] {
        let result: Result<[AppendOutcome], StoreError> = await withCheckedContinuation { continuation in
            append(
                AppendRequest(events: events, released: released, deadline: .now.advanced(by: deadline)) {
                    continuation.resume(returning: $0)
                })
        }
        return try result.get()
    }
}
