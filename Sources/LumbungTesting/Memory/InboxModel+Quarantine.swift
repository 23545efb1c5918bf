public import LumbungCore

extension InboxModel {
    /// Keeps a request whose check failed, within the limits of its source.
    public mutating func quarantine(_ request: QuarantinedRequest, limits: QuarantineLimits) -> QuarantineOutcome {
        if !hasRoom(for: request, limits) { expireQuarantined(now: request.receivedAt) }
        guard hasRoom(for: request, limits) else { return .full }
        quarantineCount += 1
        quarantined[QuarantineID(quarantineCount)] = request
        return .kept(QuarantineID(quarantineCount))
    }

    /// Lists kept requests, newest first.
    public func quarantined(_ query: QuarantineQuery) -> QuarantinePage {
        let found = quarantined.sorted { $0.key > $1.key }.filter { id, request in
            (query.source == nil || request.source == query.source) && (query.before.map { id < $0 } ?? true)
        }
        let items = found.prefix(query.limit).map { id, request in
            var head = request
            head.body = []
            return QuarantinePage.Item(id: id, request: head, bodyBytes: request.body.count)
        }
        return QuarantinePage(items: items, next: found.count > query.limit ? items.last?.id : nil)
    }

    /// Removes kept requests.
    public mutating func discard(_ ids: [QuarantineID]) -> Int {
        ids.reduce(0) { $0 + (quarantined.removeValue(forKey: $1) == nil ? 0 : 1) }
    }

    private func hasRoom(for request: QuarantinedRequest, _ limits: QuarantineLimits) -> Bool {
        let kept = quarantined.values.filter { $0.source == request.source }
        let bytes = kept.reduce(0) { $0 + $1.size }
        return kept.count < limits.requests && bytes + request.size <= limits.bytes
    }

    mutating func expireQuarantined(now: Timestamp) {
        let known = quarantined.count
        quarantined = quarantined.filter { $0.value.expiresAt > now }
        expiredStrangers += known - quarantined.count
    }

    /// How many expired since this was asked last.
    mutating func takeExpired() -> Int {
        defer { expiredStrangers = 0 }
        return expiredStrangers
    }
}
