public import LumbungCore

extension MemoryInbox {
    /// Keeps a request whose check failed, and tells so, at once or when the hold ends.
    public func quarantine(
        _ request: QuarantinedRequest, limits: QuarantineLimits,
        completion: @escaping @Sendable (Result<QuarantineOutcome, StoreError>) -> Void
    ) {
        let result = change(.append) { model throws(StoreError) in model.quarantine(request, limits: limits) }
        pass(.append) { completion(result) }
    }

    /// Lists kept requests.
    public func quarantined(_ query: QuarantineQuery) async throws(StoreError) -> QuarantinePage {
        try change(.read) { model throws(StoreError) in model.quarantined(query) }.get()
    }

    /// Reads one kept request.
    public func quarantined(_ id: QuarantineID) async throws(StoreError) -> QuarantinedRequest? {
        try change(.read) { model throws(StoreError) in model.quarantined[id] }.get()
    }

    /// Removes kept requests.
    public func discard(quarantined ids: [QuarantineID]) async throws(StoreError) -> Int {
        try change(.operate) { model throws(StoreError) in model.discard(ids) }.get()
    }
}
