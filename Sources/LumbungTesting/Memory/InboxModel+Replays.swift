public import LumbungCore

extension InboxModel {
    /// Writes down what an operator wants replayed.
    /// - Returns: Its number; nil when as many as may run already.
    /// - Throws: ``StoreError/invalid(_:)`` for a destination that is not registered.
    public mutating func beginReplay(_ order: ReplayOrder, now: Timestamp) throws(StoreError) -> ReplayID? {
        let registered = Set(destinations.values)
        guard [order.destination, order.filter.destination].allSatisfy({ $0.map(registered.contains) ?? true }) else {
            throw .invalid("a destination is not registered")
        }
        guard replays.count(where: { $0.endedAt == nil }) < ReplayRecord.mostRunning else { return nil }
        replayCount += 1
        let id = ReplayID(replayCount)
        var record = ReplayRecord(id: id, order: order, createdAt: now, through: newestID)
        record.position = entries.keys.min().map { EventID($0.value - 1) } ?? newestID
        replays.append(record)
        let oldest = id.value - Int64(ReplayRecord.keptRecords)
        replays.removeAll { $0.id.value <= oldest && $0.endedAt != nil }
        return id
    }

    /// Starts some events of a replay and remembers how far it came.
    public mutating func advanceReplay(_ step: ReplayStep, now: Timestamp) -> Int? {
        guard let index = replays.firstIndex(where: { $0.id == step.replay && $0.endedAt == nil }) else { return nil }
        var record = replays[index]
        let before = record.started
        for event in step.events {
            let before = record.started
            restart(event, by: step, &record, now: now)
            record.events += record.started > before ? 1 : 0
        }
        record.position = step.position
        if step.isLast { (record.status, record.endedAt) = (.completed, now) }
        replays[index] = record
        return record.started - before
    }

    /// Ends a replay that runs.
    public mutating func cancelReplay(_ id: ReplayID, now: Timestamp) -> Bool {
        guard let index = replays.firstIndex(where: { $0.id == id }) else { return false }
        if replays[index].endedAt == nil { (replays[index].status, replays[index].endedAt) = (.cancelled, now) }
        return true
    }

    /// The kept replays, newest first.
    public func replayRecords() -> [ReplayRecord] {
        replays.reversed().map { record in
            var record = record
            for (destination, delivery) in entries.values.flatMap(\.deliveries)
            where delivery.replay == record.id && delivery.dueAt != nil {
                record.waitingFor[destination, default: 0] += 1
            }
            return record
        }
    }

    /// Finds the next events in a span of which a replay would start something.
    public func find(_ order: ReplayOrder, in span: EventSpan, limit: Int) -> FoundEvents {
        let found = entries.values
            .filter { $0.id > span.after && $0.id <= span.through }
            .filter { $0.isMeant(by: order.filter) && $0.startsSomething(order) }
            .map(\.id).sorted()
        return FoundEvents(Array(found.prefix(limit)), in: span, limit: limit)
    }

    /// Starts what a replay means of an event, and counts it.
    private mutating func restart(
        _ id: EventID, by step: ReplayStep, _ record: inout ReplayRecord, now: Timestamp
    ) {
        guard var entry = entries[id] else { return }
        let (order, before) = (record.order, record.started)
        let only = order.onlyDestination
        var wanted = entry.deliveries.mapValues(\.status).filter { only == nil || only == $0.key }
        // What is not there yet is made, as if it had ended before.
        if let new = order.destination, entry.deliveries[new] == nil { wanted[new] = order.filter.status ?? .completed }
        for (destination, status) in wanted {
            if order.means(status), step.configured.contains(destination) {
                entry.restart(destination, by: record.id, now: now)
                record.started += 1
            } else {
                record.left += 1
                record.unconfigured += order.means(status) ? 1 : 0
            }
        }
        entries[id] = entry
        holdBehindOthers(id)
        if record.started > before { summarise(id, now: now) }
    }
}

extension InboxModel.Entry {
    /// Whether a replay would start a delivery of it, or make one.
    fileprivate func startsSomething(_ order: ReplayOrder) -> Bool {
        if let new = order.destination { return deliveries[new].map { order.means($0.status) } ?? true }
        return deliveries.contains { destination, delivery in
            [nil, destination].contains(order.filter.destination) && order.means(delivery.status)
        }
    }
}
