import LumbungCore

extension WriterSession {
    /// How many expired requests go at once, so that the transaction stays short.
    private static let expirySlice = 100

    /// Keeps a request whose check failed, within the limits of its source.
    ///
    /// That there is no room is told as a value, since an error would make the writer give up its ballast.
    func quarantine(
        _ request: QuarantinedRequest, limits: QuarantineLimits
    ) throws(StoreError) -> QuarantineOutcome {
        guard isAdmitting, isKeepingStrangers else { return .noSpace }
        var hasRoom = try hasRoom(for: request, limits)
        if !hasRoom {
            try expireQuarantined(now: request.receivedAt)
            hasRoom = try self.hasRoom(for: request, limits)
        }
        return hasRoom ? .kept(try insert(request)) : .full
    }

    private func hasRoom(for request: QuarantinedRequest, _ limits: QuarantineLimits) throws(StoreError) -> Bool {
        let kept = try unsafe Statement(connection, Statements.quarantinedOfSource)
        kept.bind(1, request.source)
        _ = try kept.step()
        return kept.int(0) < limits.requests && kept.int(1) + Int64(request.size) <= limits.bytes
    }

    private func insert(_ request: QuarantinedRequest) throws(StoreError) -> QuarantineID {
        let insert = try unsafe Statement(connection, Statements.quarantine)
        insert.bind(1, request.source)
        insert.bind(2, request.receivedAt.milliseconds)
        insert.bind(3, request.expiresAt.milliseconds)
        insert.bind(4, request.address)
        insert.bind(5, request.step)
        insert.bind(6, request.reason)
        insert.bind(7, Int64(request.size))
        insert.bind(8, request.target)
        insert.bind(9, request.headers)
        insert.bind(10, blob: request.body)
        guard try insert.step() else { throw .invalid("a request for quarantine got no number") }
        return QuarantineID(insert.int(0))
    }

    /// Removes kept requests.
    /// - Returns: How many there were of them.
    func discard(quarantined ids: [QuarantineID]) throws(StoreError) -> Int {
        let remove = try unsafe Statement(connection, Statements.discardQuarantined)
        var removed = 0
        for id in ids {
            remove.bind(1, id.value)
            removed += try remove.run()
        }
        return removed
    }

    /// Takes a request out of quarantine whose events are stored in this transaction.
    func release(_ id: QuarantineID) throws(StoreError) {
        guard try discard(quarantined: [id]) == 1 else {
            throw .invalid("request \(id.value) is not in quarantine any more")
        }
    }

    /// Removes some of the requests whose time is over.
    /// - Returns: Whether there may be more of them.
    @discardableResult
    func expireQuarantined(now: Timestamp) throws(StoreError) -> Bool {
        let expire = try unsafe Statement(connection, Statements.expireQuarantined)
        expire.bind(1, now.milliseconds)
        expire.bind(2, Int64(Self.expirySlice))
        let expired = try expire.run()
        expiredStrangers += expired
        return expired == Self.expirySlice
    }
}
