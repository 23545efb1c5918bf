import LumbungCore
import LumbungTesting

/// Bulk replays, which the engine works off by itself.
extension SimulatedStore {
    func beginReplay(_ order: ReplayOrder, now: Timestamp) async throws(StoreError) -> ReplayID? {
        try await perform("the order of a bulk replay") { model throws(StoreError) in
            try model.beginReplay(order, now: now)
        }
    }

    func advanceReplay(_ step: ReplayStep, now: Timestamp) async throws(StoreError) -> Int? {
        try await perform("a step of a bulk replay") { model in
            let before = ended(step.events, model)
            let started = model.advanceReplay(step, now: now)
            for (event, destination) in before where model.isOpen(event, destination) {
                noteReplay(event, destination)
            }
            return started
        }
    }

    func cancelReplay(_ id: ReplayID, now: Timestamp) async throws(StoreError) -> Bool {
        try await perform("the end of a bulk replay") { $0.cancelReplay(id, now: now) }
    }

    func replay(_ id: ReplayID) async throws(StoreError) -> ReplayRecord? {
        try await perform("a read") { model in model.replayRecords().first { $0.id == id } }
    }

    func replays(onlyRunning: Bool) async throws(StoreError) -> [ReplayRecord] {
        try await perform("a read") { model in
            model.replayRecords().filter { !onlyRunning || $0.status == .running }
        }
    }

    func find(_ filter: EventFilter, in span: EventSpan, limit: Int) async throws(StoreError) -> FoundEvents {
        try await perform("a read") { $0.find(filter, in: span, limit: limit) }
    }

    /// The deliveries of some events that have ended.
    private func ended(_ events: [EventID], _ model: InboxModel) -> [(EventID, DestinationID)] {
        events.flatMap { id in
            (model.event(id)?.deliveries ?? []).filter(\.status.isFinished).map { (id, $0.destination) }
        }
    }
}

extension InboxModel {
    fileprivate func isOpen(_ event: EventID, _ destination: DestinationID) -> Bool {
        self.event(event)?.deliveries.first { $0.destination == destination }?.status.isFinished == false
    }
}
