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
                if try restart(delivery.destination, of: event, by: nil, now: now) {
                    report.changed.append(destination)
                } else {
                    report.left[destination] = delivery.status
                }
            } else {
                try add(destination, to: event, by: nil, now: now)
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
            if try cancel(delivery.destination, of: event) {
                report.changed.append(delivery.destination)
            } else {
                report.left[delivery.destination] = delivery.status
            }
        }
        try letNextGo(places.filter { report.changed.contains($0.destination) }, now: now)
        if !report.changed.isEmpty { try summariseEvent(event.value, now: now) }
        return report
    }

    /// Where a delivery stands.
    struct Standing {
        var destination: DestinationID
        var status: EventStatus
    }

    /// Whether there is such an event.
    func exists(_ event: EventID) throws(StoreError) -> Bool {
        let find = try unsafe Statement(connection, Statements.findEvent)
        find.bind(1, event.value)
        return try find.step()
    }

    /// Where the deliveries of an event stand.
    func deliveries(of event: EventID) throws(StoreError) -> [Standing] {
        let query = try unsafe Statement(connection, Statements.deliveriesOfEvent)
        query.bind(1, event.value)
        var found: [Standing] = []
        while try query.step() {
            guard let status = EventStatus(rawValue: query.text(1)) else { continue }
            found.append(Standing(destination: DestinationID(query.int(0)), status: status))
        }
        return found
    }

    /// Starts a delivery that has ended again, in the lane behind live ones when a bulk replay does it.
    /// - Returns: Whether it had ended.
    func restart(
        _ destination: DestinationID, of event: EventID, by replay: ReplayID?, now: Timestamp
    ) throws(StoreError) -> Bool {
        let update = try unsafe Statement(connection, Statements.restartDelivery)
        update.bind(1, event.value)
        update.bind(2, destination.value)
        update.bind(3, now.milliseconds)
        update.bind(4, replay?.value)
        guard try update.run() == 1 else { return false }
        try trimAttempts(of: event, to: destination)
        return true
    }

    /// Lets the oldest attempts of a delivery that starts again go.
    func trimAttempts(of event: EventID, to destination: DestinationID) throws(StoreError) {
        let trim = try unsafe Statement(connection, Statements.trimAttempts)
        trim.bind(1, event.value)
        trim.bind(2, destination.value)
        trim.bind(3, Int64(StoredAttempt.keptAtRestart))
        try trim.run()
    }

    /// Makes a delivery that an event does not have.
    func add(
        _ destination: DestinationID, to event: EventID, by replay: ReplayID?, now: Timestamp
    ) throws(StoreError) {
        let insert = try unsafe Statement(connection, Statements.addDelivery)
        insert.bind(1, event.value)
        insert.bind(2, destination.value)
        insert.bind(3, now.milliseconds)
        insert.bind(4, replay?.value)
        try insert.run()
    }

    /// Writes into an event that it has more deliveries than before.
    func countDeliveries(of event: EventID) throws(StoreError) {
        for sql in [Statements.setFanout, Statements.markRouted] {
            let update = try unsafe Statement(connection, sql)
            update.bind(1, event.value)
            try update.run()
        }
    }

    private func cancel(_ destination: DestinationID, of event: EventID) throws(StoreError) -> Bool {
        let update = try unsafe Statement(connection, Statements.cancelDelivery)
        update.bind(1, event.value)
        update.bind(2, destination.value)
        return try update.run() == 1
    }
}
