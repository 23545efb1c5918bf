public import LumbungCore

extension InboxModel {
    /// Stores the events of one request, all or nothing.
    /// - Returns: What became of each, in order.
    /// - Throws: ``StoreError/invalid(_:)`` for an event that breaks a rule; the model is as it was.
    public mutating func append(
        _ events: [NewEvent], released: QuarantineID? = nil
    ) throws(StoreError) -> [AppendOutcome] {
        for event in events { try check(event) }
        if let released, discard([released]) == 0 { throw .invalid("the request is not in quarantine any more") }
        return events.map { append($0) }
    }

    /// Keeps a refused request; the oldest beyond the bound makes room.
    public mutating func reject(_ rejection: Rejection) {
        keptRejections.append(rejection)
        if keptRejections.count > Rejection.keptRejections { keptRejections.removeFirst() }
    }

    private func check(_ event: NewEvent) throws(StoreError) {
        let known = Set(destinations.values)
        guard !event.identity.isEmpty else { throw .invalid("an identity is empty") }
        guard event.digest.count == 32 else { throw .invalid("a digest has not 32 bytes") }
        guard event.destinations.allSatisfy(known.contains) else { throw .invalid("a destination is not registered") }
        guard Set(event.destinations).count == event.destinations.count else {
            throw .invalid("a destination is named twice")
        }
    }

    private mutating func append(_ event: NewEvent) -> AppendOutcome {
        if let id = identities[Identity(event)] { return meetKnown(event, id) }
        let id = makeID()
        let deliveries = event.destinations.map { destination in
            var delivery = Delivery()
            delivery.dueAt = event.receivedAt
            delivery.order = event.orderKeys[destination]
            if let key = delivery.order, !orderHolders(of: key.text, destination).isEmpty { delivery.lane = .held }
            return (destination, delivery)
        }
        entries[id] = Entry(
            id: id,
            event: event,
            status: event.destinations.isEmpty ? .completed : .pending,
            updatedAt: event.receivedAt,
            deliveries: Dictionary(uniqueKeysWithValues: deliveries)
        )
        identities[Identity(event)] = id
        for (destination, key) in event.orderKeys { pullForward(key, destination) }
        return AppendOutcome(kind: .queued, id: id)
    }

    private mutating func meetKnown(_ event: NewEvent, _ id: EventID) -> AppendOutcome {
        guard var entry = entries[id] else { return AppendOutcome(kind: .duplicate, id: id) }
        guard entry.event.digest == event.digest else {
            entry.keepConflict(event)
            entries[id] = entry
            return AppendOutcome(kind: .conflict, id: id)
        }
        entry.duplicates += 1
        let isRevived = entry.status == .dead && event.resendRevives
        if isRevived { entry.revive(now: event.receivedAt) }
        entries[id] = entry
        if isRevived {
            holdBehindOthers(id)
            summarise(id, now: event.receivedAt)
        }
        return AppendOutcome(kind: isRevived ? .revived : .duplicate, id: id)
    }
}

extension InboxModel.Entry {
    fileprivate mutating func keepConflict(_ event: NewEvent) {
        if let known = conflicts.firstIndex(where: { $0.digest == event.digest }) {
            conflicts[known].stored.count += 1
        } else {
            let stored = StoredConflict(payload: event.payload, receivedAt: event.receivedAt, count: 1)
            conflicts.append(InboxModel.Conflict(digest: event.digest, stored: stored))
        }
    }

    /// Starts the dead deliveries again with fresh attempts; the tries that ended stay in the history.
    fileprivate mutating func revive(now: Timestamp) {
        for (destination, delivery) in deliveries where delivery.status == .dead {
            var fresh = InboxModel.Delivery()
            fresh.dueAt = now
            fresh.history = delivery.history.suffix(StoredAttempt.keptAtRestart)
            fresh.order = delivery.order
            deliveries[destination] = fresh
        }
    }
}
