import LumbungCore

extension WriterSession {
    /// Writes down what an operator wants replayed.
    /// - Returns: Its number; nil when as many as may run already.
    func beginReplay(_ order: ReplayOrder, now: Timestamp) throws(StoreError) -> ReplayID? {
        let insert = try unsafe Statement(connection, Statements.beginReplay)
        let filter = order.filter
        insert.bind(1, now.milliseconds)
        let texts = [filter.status?.rawValue, filter.source, filter.type, filter.identity]
        for (index, text) in texts.enumerated() { text.map { insert.bind(Int32(index + 2), $0) } }
        insert.bind(6, filter.destination?.value)
        insert.bind(7, filter.from?.milliseconds)
        insert.bind(8, filter.to?.milliseconds)
        if let text = filter.text { insert.bind(9, text: text) }
        insert.bind(10, order.destination?.value)
        insert.bind(11, order.rate.map { Int64($0.count) })
        insert.bind(12, order.rate?.period.wholeMilliseconds)
        insert.bind(13, nextEventID - 1)
        insert.bind(14, Int64(ReplayRecord.mostRunning))
        if let tenant = filter.tenant { insert.bind(15, tenant) }
        guard try insert.step() else { return nil }
        let id = ReplayID(insert.int(0))
        insert.reset()
        let trim = try unsafe Statement(connection, Statements.trimReplays)
        trim.bind(1, Int64(ReplayRecord.keptRecords))
        try trim.run()
        return id
    }

    /// What became of a step of a replay.
    enum ReplayAdvance: Equatable {
        /// So many deliveries were started.
        case started(Int)
        /// It does not run any more.
        case hasEnded
        /// The disk is short: what is left is for finishing and pruning. Told as a value, since an error would make the
        /// writer give up its ballast.
        case noSpace
    }

    /// Starts some events of a replay and remembers how far it came.
    func advanceReplay(_ step: ReplayStep, now: Timestamp) throws(StoreError) -> ReplayAdvance {
        guard isAdmitting else { return .noSpace }
        guard let order = try runningOrder(step.replay) else { return .hasEnded }
        var (events, total) = (0, Restarted())
        for event in step.events {
            let restarted = try restart(event, by: step, order, now: now)
            events += restarted.started == 0 ? 0 : 1
            total.add(restarted)
        }
        let advance = try unsafe Statement(connection, Statements.advanceReplay)
        let counts = [events, total.started, total.left, total.unconfigured].map(Int64.init)
        for (index, value) in ([step.replay.value, step.position.value] + counts).enumerated() {
            advance.bind(Int32(index + 1), value)
        }
        try advance.run()
        if step.isLast { try end(step.replay, as: .completed, now: now) }
        return .started(total.started)
    }

    /// Ends a replay that runs.
    /// - Returns: Whether there is one of this number.
    func cancelReplay(_ id: ReplayID, now: Timestamp) throws(StoreError) -> Bool {
        try end(id, as: .cancelled, now: now)
        let find = try unsafe Statement(connection, Statements.findReplay)
        find.bind(1, id.value)
        return try find.step()
    }

    private func end(_ id: ReplayID, as status: ReplayRecord.Status, now: Timestamp) throws(StoreError) {
        let end = try unsafe Statement(connection, Statements.endReplay)
        end.bind(1, id.value)
        end.bind(2, status.rawValue)
        end.bind(3, now.milliseconds)
        try end.run()
    }

    /// As much of a running replay's order as its steps need.
    private func runningOrder(_ id: ReplayID) throws(StoreError) -> ReplayOrder? {
        let find = try unsafe Statement(connection, Statements.runningReplay)
        find.bind(1, id.value)
        guard try find.step() else { return nil }
        var order = ReplayOrder(filter: EventFilter())
        order.filter.status = EventStatus(rawValue: find.text(0))
        let only = find.int(1) == 0 ? nil : DestinationID(find.int(1))
        if find.int(2) != 0 { order.destination = only } else { order.filter.destination = only }
        return order
    }

    /// How many deliveries of an event were started, and how many were left and why.
    private struct Restarted {
        var started = 0
        var left = 0
        var unconfigured = 0

        mutating func add(_ other: Restarted) {
            started += other.started
            left += other.left
            unconfigured += other.unconfigured
        }
    }

    private func restart(
        _ event: EventID, by step: ReplayStep, _ order: ReplayOrder, now: Timestamp
    ) throws(StoreError) -> Restarted {
        var result = Restarted()
        let known = try deliveries(of: event)
        let only = order.onlyDestination
        for delivery in known where only == nil || only == delivery.destination {
            let (isMeant, isConfigured) = (
                order.means(delivery.status), step.configured.contains(delivery.destination)
            )
            if isMeant, isConfigured, try restart(delivery.destination, of: event, by: step.replay, now: now) {
                result.started += 1
            } else {
                result.left += 1
                result.unconfigured += isMeant && !isConfigured ? 1 : 0
            }
        }
        if let new = order.destination, !known.contains(where: { $0.destination == new }), try exists(event) {
            if step.configured.contains(new) {
                try add(new, to: event, by: step.replay, now: now)
                try countDeliveries(of: event)
                result.started += 1
            } else {
                result.add(Restarted(left: 1, unconfigured: 1))
            }
        }
        try holdBehindOthers(event)
        if result.started > 0 { try summariseEvent(event.value, now: now) }
        return result
    }
}
