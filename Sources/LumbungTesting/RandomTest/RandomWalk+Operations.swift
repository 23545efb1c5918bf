import LumbungCore

extension RandomWalk {
    /// Replays or cancels deliveries of a random event, or lists a page.
    func operate() async throws {
        guard let id = random.pick(from: model.eventIDs), let storeID = storeIDs[id] else { return }
        let chosen = random.chance(percent: 50) ? nil : random.pick(from: destinations)
        let operations = try bench.operations
        touched.insert(id)
        switch random.pick(0...2) {
        case 0:
            note("replay \(id.value) to \(chosen?.model.value ?? 0)")
            let modelled = try model.replay(id, to: chosen.map { [$0.model] }, now: now)
            let stored = try await operations.replay(storeID, to: chosen.map { [$0.store] }, now: now)
            try require("replay", describe(modelled, \.model), describe(stored, \.store))
        case 1:
            note("cancel \(id.value) to \(chosen?.model.value ?? 0)")
            let modelled = model.cancel(id, to: chosen?.model, now: now)
            let stored = try await operations.cancel(storeID, to: chosen?.store, now: now)
            try require("cancel", describe(modelled, \.model), describe(stored, \.store))
        default:
            var query = EventQuery(limit: random.pick(1...9))
            query.status = random.chance(percent: 60) ? random.pick(from: EventStatus.allCases) : nil
            query.source = random.chance(percent: 30) ? "left" : nil
            let modelled = model.events(query)
            let stored = try await operations.events(query)
            try require("page", modelled.events.map { storeIDs[$0.id] }, stored.events.map { $0.id })
            try require("next page", modelled.next.flatMap { storeIDs[$0] }, stored.next)
        }
    }

    /// Sets the wall clock and moves what waits along.
    func setClock() async throws {
        let jump = Duration.milliseconds(random.pick(-200_000...200_000))
        now = now.advanced(by: jump)
        note("the clock is set by \(jump)")
        model.clockMoved(by: jump, now: now, longestWait: .seconds(60))
        try await bench.store.clockMoved(by: jump, now: now, longestWait: .seconds(60))
    }

    private func describe(_ report: OperationReport?, _ side: KeyPath<DestinationPair, DestinationID>) -> String {
        guard let report else { return "no such event" }
        let place = { (id: DestinationID) in self.destinations.firstIndex { $0[keyPath: side] == id } ?? -1 }
        let left = report.left.map { "\(place($0.key)) \($0.value)" }.sorted()
        return "changed \(report.changed.map(place)), left \(left)"
    }
}
