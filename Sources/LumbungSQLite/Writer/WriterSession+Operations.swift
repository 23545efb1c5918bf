import LumbungCore

extension WriterSession {
    /// Remembers whether a destination is paused.
    func pause(_ destination: DestinationID, _ isPaused: Bool) throws(StoreError) {
        let update = try unsafe Statement(connection, Statements.pauseDestination)
        update.bind(1, destination.value)
        update.bind(2, isPaused ? 1 : 0)
        guard try update.run() == 1 else { throw .invalid("there is no destination \(destination.value)") }
    }

    /// Starts deliveries of an event again, and makes those that it does not have.
    func replay(
        _ event: EventID, to wanted: [DestinationID]?, now: Timestamp
    ) throws(StoreError) -> OperationReport? {
        guard try exists(event) else { return nil }
        let known = try deliveries(of: event)
        var report = OperationReport(changed: [], left: [:])
        var isAdding = false
        for destination in Set(wanted ?? known.map(\.destination)).sorted() {
            if let delivery = known.first(where: { $0.destination == destination }) {
                if try change(delivery.destination, of: event, by: Statements.restartDelivery, now: now) {
                    report.changed.append(destination)
                } else {
                    report.left[destination] = delivery.status
                }
            } else {
                try add(destination, to: event, now: now)
                report.changed.append(destination)
                isAdding = true
            }
        }
        if isAdding { try countDeliveries(of: event) }
        try holdBehindOthers(event)
        if !report.changed.isEmpty { try summariseEvent(event.value, now: now) }
        return report
    }

    /// Ends deliveries of an event that wait, or that are dead and keep others waiting.
    func cancel(
        _ event: EventID, to destination: DestinationID?, now: Timestamp
    ) throws(StoreError) -> OperationReport? {
        guard try exists(event) else { return nil }
        var report = OperationReport(changed: [], left: [:])
        let places = try orderPlaces(of: event)
        for delivery in try deliveries(of: event) where destination == nil || delivery.destination == destination {
            if try change(delivery.destination, of: event, by: Statements.cancelDelivery, now: nil) {
                report.changed.append(delivery.destination)
            } else {
                report.left[delivery.destination] = delivery.status
            }
        }
        try letNextGo(places.filter { report.changed.contains($0.destination) }, now: now)
        if !report.changed.isEmpty { try summariseEvent(event.value, now: now) }
        return report
    }

    private struct Standing {
        var destination: DestinationID
        var status: EventStatus
    }

    private func exists(_ event: EventID) throws(StoreError) -> Bool {
        let find = try unsafe Statement(connection, Statements.findEvent)
        find.bind(1, event.value)
        return try find.step()
    }

    private func deliveries(of event: EventID) throws(StoreError) -> [Standing] {
        let query = try unsafe Statement(connection, Statements.deliveriesOfEvent)
        query.bind(1, event.value)
        var found: [Standing] = []
        while try query.step() {
            guard let status = EventStatus(rawValue: query.text(1)) else { continue }
            found.append(Standing(destination: DestinationID(query.int(0)), status: status))
        }
        return found
    }

    /// - Returns: Whether the delivery was in a status that the statement changes.
    private func change(
        _ destination: DestinationID, of event: EventID, by sql: String, now: Timestamp?
    ) throws(StoreError) -> Bool {
        let update = try unsafe Statement(connection, sql)
        update.bind(1, event.value)
        update.bind(2, destination.value)
        if let now { update.bind(3, now.milliseconds) }
        return try update.run() == 1
    }

    private func add(_ destination: DestinationID, to event: EventID, now: Timestamp) throws(StoreError) {
        let insert = statements.insertDelivery
        insert.bind(1, event.value)
        insert.bind(2, destination.value)
        insert.bind(3, 1)
        insert.bind(4, now.milliseconds)
        try insert.run()
    }

    private func countDeliveries(of event: EventID) throws(StoreError) {
        for sql in [Statements.setFanout, Statements.markRouted] {
            let update = try unsafe Statement(connection, sql)
            update.bind(1, event.value)
            try update.run()
        }
    }
}
