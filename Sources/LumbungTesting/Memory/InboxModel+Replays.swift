public import LumbungCore

extension InboxModel {
    /// Writes down what an operator wants replayed.
    /// - Throws: ``StoreError/invalid(_:)`` for a destination that is not registered.
    public mutating func beginReplay(_ order: ReplayOrder, now: Timestamp) throws(StoreError) -> ReplayID {
        let registered = Set(destinations.values)
        guard [order.destination, order.filter.destination].allSatisfy({ $0.map(registered.contains) ?? true }) else {
            throw .invalid("a destination is not registered")
        }
        replayCount += 1
        let id = ReplayID(replayCount)
        replays.append(ReplayRecord(id: id, order: order, createdAt: now, through: newestID))
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
            guard let report = restart(event, by: record.id, record.order, now: now) else { continue }
            record.events += report.changed.isEmpty ? 0 : 1
            record.started += report.changed.count
            record.left += report.left.count
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
            record.waiting = min(
                ReplayRecord.mostCounted,
                entries.values.flatMap(\.deliveries.values).count { $0.replay == record.id && $0.dueAt != nil })
            return record
        }
    }

    /// Finds the next events that a filter means in a span.
    public func find(_ filter: EventFilter, in span: EventSpan, limit: Int) -> FoundEvents {
        let found = entries.values
            .filter { $0.id > span.after && $0.id <= span.through && $0.isMeant(by: filter) }
            .map(\.id).sorted()
        return FoundEvents(Array(found.prefix(limit)), in: span, limit: limit)
    }

    private mutating func restart(
        _ id: EventID, by replay: ReplayID, _ order: ReplayOrder, now: Timestamp
    ) -> OperationReport? {
        guard var entry = entries[id] else { return nil }
        var report = OperationReport(changed: [], left: [:])
        let only = order.onlyDestination
        for (destination, delivery) in entry.deliveries where only == nil || only == destination {
            if order.means(delivery.status) {
                entry.restart(destination, by: replay, now: now)
                report.changed.append(destination)
            } else {
                report.left[destination] = delivery.status
            }
        }
        if let new = order.destination, entry.deliveries[new] == nil {
            entry.restart(new, by: replay, now: now)
            report.changed.append(new)
        }
        entries[id] = entry
        holdBehindOthers(id)
        if !report.changed.isEmpty { summarise(id, now: now) }
        return report
    }
}
