public import LumbungCore

extension SQLiteInbox {
    /// Keeps a request whose check failed; ``StoreError/overloaded`` when 16 MiB of them wait already.
    public func quarantine(
        _ request: QuarantinedRequest, limits: QuarantineLimits,
        completion: @escaping @Sendable (Result<QuarantineOutcome, StoreError>) -> Void
    ) {
        let bytes = request.size
        guard desk.admit(quarantineBytes: bytes) else { return completion(.failure(.overloaded)) }
        submit { session throws(StoreError) in
            try session.quarantine(request, limits: limits)
        } completion: { [desk] result in
            desk.left(quarantineBytes: bytes)
            completion(result)
        }
    }

    /// Lists kept requests beside the writer, within two seconds.
    public func quarantined(_ query: QuarantineQuery) async throws(StoreError) -> QuarantinePage {
        try await reader.quarantined(query)
    }

    /// Reads one kept request beside the writer, within two seconds.
    public func quarantined(_ id: QuarantineID) async throws(StoreError) -> QuarantinedRequest? {
        try await reader.quarantined(id)
    }

    /// Removes kept requests.
    public func discard(quarantined ids: [QuarantineID]) async throws(StoreError) -> Int {
        try await perform { session throws(StoreError) in try session.discard(quarantined: ids) }
    }
}
