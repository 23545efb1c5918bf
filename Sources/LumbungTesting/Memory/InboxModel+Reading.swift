public import LumbungCore

extension InboxModel {
    /// One event with its deliveries, or nil.
    public func event(_ id: EventID) -> StoredEvent? {
        entries[id].map { entry in
            var stored = StoredEvent(
                event: entry.leased,
                status: entry.status,
                attempts: entry.attempts,
                createdAt: entry.event.receivedAt,
                updatedAt: entry.updatedAt,
                history: StoredEvent.History(
                    isUnrouted: entry.deliveries.isEmpty,
                    duplicates: entry.duplicates,
                    deliveries: entry.deliveries.sorted { $0.key < $1.key }.map(self.stored),
                    conflicts: entry.conflicts.map(\.stored)
                )
            )
            stored.occurredAt = entry.event.occurredAt
            return stored
        }
    }

    /// Every event, by number.
    public var events: [StoredEvent] { eventIDs.compactMap(event) }

    /// Counts events by status; statuses without events are left out.
    public func statusCounts() -> [EventStatus: Int] {
        entries.values.reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
    }

    /// Counts the open deliveries by destination; destinations without any are left out.
    public func openDeliveries() -> [DestinationID: Int] {
        entries.values.reduce(into: [:]) { counts, entry in
            for (destination, delivery) in entry.deliveries where delivery.dueAt != nil {
                counts[destination, default: 0] += 1
            }
        }
    }

    /// The kept rejections, newest first.
    public func rejections(limit: Int) -> [Rejection] {
        Array(keptRejections.reversed().prefix(max(0, limit)))
    }

    private func stored(_ destination: DestinationID, _ delivery: Delivery) -> StoredDelivery {
        var stored = StoredDelivery(
            destination: destination, status: delivery.status, attempts: delivery.attempts,
            interruptions: delivery.interruptions)
        stored.isHeld = delivery.lane == .held
        stored.dueAt = delivery.lane == .leased || stored.isHeld ? nil : delivery.dueAt
        stored.lastError = delivery.lastError
        stored.orderKey = delivery.order?.text
        stored.replay = delivery.replay
        if stored.isHeld, let key = delivery.order {
            stored.waitsFor = orderHolders(of: key.text, destination)
                .first { entries[$0]?.deliveries[destination]?.lane != .held }
        }
        stored.history = delivery.history
        return stored
    }
}
