public import LumbungCore

extension InboxModel {
    /// Lists events, newest first.
    public func events(_ query: EventQuery) -> EventPage {
        let found = entries.values
            .filter { entry in entry.isMeant(by: query.filter) && (query.before.map { entry.id < $0 } ?? true) }
            .sorted { $0.id > $1.id }
        let page = found.prefix(query.limit).compactMap { event($0.id) }.map(EventSummary.init)
        return EventPage(events: page, next: found.count > query.limit ? page.last?.id : nil)
    }

    /// Starts deliveries of an event again, and makes those that it does not have.
    /// - Throws: ``StoreError/invalid(_:)`` for a destination that is not registered; nothing is started then.
    public mutating func replay(
        _ id: EventID, to wanted: [DestinationID]?, now: Timestamp
    ) throws(StoreError) -> OperationReport? {
        guard var entry = entries[id] else { return nil }
        let registered = Set(destinations.values)
        guard wanted?.allSatisfy(registered.contains) ?? true else { throw .invalid("a destination is not registered") }
        var report = OperationReport(changed: [], left: [:])
        for destination in Set(wanted ?? Array(entry.deliveries.keys)).sorted() {
            if let known = entry.deliveries[destination], !known.status.isFinished {
                report.left[destination] = known.status
            } else {
                entry.restart(destination, by: nil, now: now)
                report.changed.append(destination)
            }
        }
        entries[id] = entry
        holdBehindOthers(id)
        if !report.changed.isEmpty { summarise(id, now: now) }
        return report
    }

    /// Ends deliveries of an event that wait, or that are dead and keep others waiting.
    public mutating func cancel(_ id: EventID, to wanted: DestinationID?, now: Timestamp) -> OperationReport? {
        guard var entry = entries[id] else { return nil }
        var report = OperationReport(changed: [], left: [:])
        for (destination, known) in entry.deliveries.sorted(by: { $0.key < $1.key }) {
            guard wanted == nil || wanted == destination else { continue }
            let isBlocking = known.status == .dead && known.order?.deadBlocks == true
            guard known.status == .pending || known.status == .retrying || isBlocking else {
                report.left[destination] = known.status
                continue
            }
            var delivery = known
            delivery.status = .cancelled
            delivery.lane = .live
            delivery.dueAt = nil
            entry.deliveries[destination] = delivery
            report.changed.append(destination)
        }
        entries[id] = entry
        for destination in report.changed { letNextGo(entry.deliveries[destination]?.order, destination, now: now) }
        if !report.changed.isEmpty { summarise(id, now: now) }
        return report
    }

    /// Remembers whether a destination is paused.
    /// - Throws: ``StoreError/invalid(_:)`` for one that is not registered.
    public mutating func pause(_ destination: DestinationID, _ isPaused: Bool) throws(StoreError) {
        guard destinations.values.contains(destination) else { throw .invalid("a destination is not registered") }
        if isPaused { paused.insert(destination) } else { paused.remove(destination) }
    }

    /// What is known of every destination, by number.
    public func destinationRecords() -> [DestinationRecord] {
        let open = openDeliveries()
        return destinations.map { name, id in
            var record = DestinationRecord(
                id: id, name: name, isPaused: paused.contains(id),
                open: min(open[id] ?? 0, DestinationRecord.mostCounted))
            record.held = entries.values.count { $0.deliveries[id]?.lane == .held }
            return record
        }.sorted { $0.id < $1.id }
    }
}

extension InboxModel.Entry {
    /// Whether a filter means it.
    func isMeant(by filter: EventFilter) -> Bool {
        (filter.status.map { hasStatus($0, to: filter.destination) } ?? true)
            && (filter.source.map { $0.utf8.elementsEqual(event.source.utf8) } ?? true)
            && (filter.type.map { $0.utf8.elementsEqual(event.type.utf8) } ?? true)
            && (filter.tenant.map { $0.utf8.elementsEqual(event.tenant.utf8) } ?? true)
            && (filter.identity.map { $0.utf8.elementsEqual(event.identity.utf8) } ?? true)
            && (filter.destination.map { deliveries[$0] != nil } ?? true)
            && (filter.from.map { event.receivedAt >= $0 } ?? true)
            && (filter.to.map { event.receivedAt < $0 } ?? true)
            && (filter.text.map { event.payload.firstRange(of: $0) != nil || $0.isEmpty } ?? true)
    }

    /// Whether it, or its delivery to a destination, is in a status; one dead delivery is enough for `dead`.
    private func hasStatus(_ wanted: EventStatus, to destination: DestinationID?) -> Bool {
        if let destination { return deliveries[destination]?.status == wanted }
        return status == wanted || (wanted == .dead && deliveries.values.contains { $0.status == .dead })
    }

    /// Starts a delivery again, or makes it.
    mutating func restart(_ destination: DestinationID, by replay: ReplayID?, now: Timestamp) {
        var fresh = InboxModel.Delivery()
        fresh.dueAt = now
        fresh.history = (deliveries[destination]?.history ?? []).suffix(StoredAttempt.keptAtRestart)
        fresh.order = deliveries[destination]?.order
        fresh.replay = replay
        fresh.lane = fresh.waitingLane
        deliveries[destination] = fresh
    }
}
