import LumbungCore

extension RandomWalk {
    /// Replays or cancels deliveries of a random event, or lists a page.
    func operate() async throws {
        guard let id = random.pick(from: model.eventIDs), let storeID = storeIDs[id] else { return }
        let chosen = random.chance(percent: 50) ? nil : random.pick(from: destinations)
        let operations = try bench.operations
        touched.insert(id)
        switch random.pick(0...4) {
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
        case 2, 3: try await replayMany()
        default:
            var query = EventQuery(limit: random.pick(1...9))
            query.filter.status = random.chance(percent: 60) ? random.pick(from: EventStatus.allCases) : nil
            query.filter.source = random.chance(percent: 30) ? "left" : nil
            query.filter.tenant = random.chance(percent: 20) ? random.pick(from: ["t1", ""]) : nil
            let modelled = model.events(query)
            let stored = try await operations.events(query)
            try require("page", modelled.events.map { storeIDs[$0.id] }, stored.events.map { $0.id })
            try require("next page", modelled.next.flatMap { storeIDs[$0] }, stored.next)
        }
    }

    /// Begins a bulk replay, goes on with one, or ends one.
    private func replayMany() async throws {
        let operations = try bench.operations
        guard let record = model.replays.filter({ $0.endedAt == nil }).randomElement(using: &random),
            random.chance(percent: 60)
        else { return try await beginReplay() }
        let span = EventSpan(after: record.position, through: record.through)
        let limit = random.pick(1...9)
        let modelled = model.find(record.order, in: span, limit: limit)
        let stored = try await operations.find(inStore(record.order), in: inStore(span), limit: limit)
        try require("found", modelled.events.map { storeIDs[$0] }, stored.events)
        note("replay \(record.id.value) goes on with \(modelled.events.map(\.value))")
        touched.formUnion(modelled.events)
        let isLast = modelled.position >= record.through
        let configured = destinations.filter { _ in random.chance(percent: 80) }
        let step = ReplayStep(
            replay: record.id, events: modelled.events, position: modelled.position, isLast: isLast,
            configured: Set(configured.map(\.model)))
        let storeStep = ReplayStep(
            replay: record.id, events: stored.events, position: stored.position, isLast: isLast,
            configured: Set(configured.map(\.store)))
        try require(
            "started", model.advanceReplay(step, now: now),
            try await operations.advanceReplay(storeStep, now: now))
        if random.chance(percent: 10) {
            _ = model.cancelReplay(record.id, now: now)
            _ = try await operations.cancelReplay(record.id, now: now)
        }
        try await compareReplays()
    }

    private func beginReplay() async throws {
        let target = random.chance(percent: 30) ? random.pick(from: destinations) : nil
        let own = random.chance(percent: 20) ? random.pick(from: destinations) : nil
        var order = ReplayOrder(filter: EventFilter(), destination: target?.model)
        order.filter.status = random.chance(percent: 25) ? nil : random.pick(from: [.dead, .completed, .cancelled])
        order.filter.source = random.chance(percent: 30) ? "left" : nil
        order.filter.tenant = random.chance(percent: 20) ? "t2" : nil
        order.filter.destination = own?.model
        order.rate = random.chance(percent: 50) ? DeliveryRate(count: 5, period: .seconds(1)) : nil
        note("replay begins: \(order)")
        let storeOrder = inStore(order)
        let modelled = try model.beginReplay(order, now: now)
        try require("replay number", modelled, try await bench.operations.beginReplay(storeOrder, now: now))
        try await compareReplays()
    }

    private func compareReplays() async throws {
        let describe = { (record: ReplayRecord) in
            "\(record.id) \(record.status) \(record.createdAt) \(String(describing: record.endedAt)) \(record.events) "
                + "\(record.started) \(record.left) \(record.unconfigured) \(record.waiting) "
                + "\(String(describing: record.order.rate))"
        }
        let stored = try await bench.operations.replays(onlyRunning: false)
        try require("replays", model.replayRecords().map(describe), stored.map(describe))
    }

    private func inStore(_ order: ReplayOrder) -> ReplayOrder {
        var copy = order
        copy.filter = inStore(order.filter)
        copy.destination = order.destination.flatMap { id in destinations.first { $0.model == id }?.store }
        return copy
    }

    private func inStore(_ filter: EventFilter) -> EventFilter {
        var copy = filter
        copy.destination = filter.destination.flatMap { id in destinations.first { $0.model == id }?.store }
        return copy
    }

    /// The same piece of the inbox: up to the highest number that the store gave to one of the model's in it.
    private func inStore(_ span: EventSpan) -> EventSpan {
        let highest = { (end: EventID) in self.storeIDs.filter { $0.key <= end }.values.max() ?? EventID(0) }
        return EventSpan(after: highest(span.after), through: highest(span.through))
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
