import LumbungCore

extension WriterSession {
    /// Stores the events of one request inside the open transaction.
    /// - Returns: What became of each, in order.
    func append(_ request: AppendRequest) throws(StoreError) -> [AppendOutcome] {
        if let released = request.released { try release(released) }
        var outcomes: [AppendOutcome] = []
        outcomes.reserveCapacity(request.events.count)
        for event in request.events { outcomes.append(try append(event)) }
        return outcomes
    }

    private func append(_ event: NewEvent) throws(StoreError) -> AppendOutcome {
        let isUnrouted = event.destinations.isEmpty
        let insert = statements.insertEvent
        insert.bind(1, event.source)
        insert.bind(2, event.identity)
        insert.bind(3, event.type)
        insert.bind(4, (isUnrouted ? EventStatus.completed : .pending).rawValue)
        insert.bind(5, text(of: event.receivedAt))
        insert.bind(6, isUnrouted ? 1 : 0)
        insert.bind(7, blob: event.digest)
        insert.bind(8, event.headers)
        insert.bind(9, text: event.payload)
        let id = nextEventID
        insert.bind(10, id)
        insert.bind(11, event.tenant)
        insert.bind(12, event.occurredAt?.milliseconds)
        insert.bind(13, event.provenAs)
        guard try insert.run() == 1 else { return try meetKnown(event) }
        tookEventID()
        for destination in event.destinations { try insertDelivery(of: event, as: id, to: destination) }
        return AppendOutcome(kind: .queued, id: EventID(id))
    }

    private func insertDelivery(of event: NewEvent, as id: Int64, to destination: DestinationID) throws(StoreError) {
        let key = event.orderKeys[destination]
        let delivery = key == nil ? statements.insertDelivery : statements.insertOrderedDelivery
        delivery.bind(1, id)
        delivery.bind(2, destination.value)
        delivery.bind(3, Int64(event.destinations.count))
        delivery.bind(4, event.receivedAt.milliseconds)
        delivery.bind(5, event.source)
        guard let key else {
            try delivery.run()
            return
        }
        delivery.bind(6, key.text)
        delivery.bind(7, key.deadBlocks ? 1 : 0)
        let isHeld = try delivery.step() && delivery.int(0) == Lane.held.rawValue
        delivery.reset()
        if isHeld { try pullForward([OrderPlace(destination: destination, key: key.text)]) }
    }

    /// The identity is known: the same payload is a duplicate, another one is a conflict.
    private func meetKnown(_ event: NewEvent) throws(StoreError) -> AppendOutcome {
        let find = statements.findIdentity
        find.bind(1, event.identity)
        find.bind(2, event.source)
        guard try find.step() else {
            // OR IGNORE also passes over rows that break another rule: a bug of the caller, or somebody else wrote a row
            // under the next id. The second heals by learning the ids anew.
            find.reset()
            try readLastEventID()
            throw StoreError.invalid("an event of source \(event.source) breaks a rule of the schema")
        }
        let id = find.int(0)
        let status = EventStatus(rawValue: find.text(1))
        let isSame = find.bytes(2) == event.digest
        find.reset()
        guard isSame else {
            try keepConflict(event, with: id)
            return AppendOutcome(kind: .conflict, id: EventID(id))
        }
        statements.countDuplicate.bind(1, id)
        try statements.countDuplicate.run()
        guard status == .dead, event.resendRevives else {
            return AppendOutcome(kind: .duplicate, id: EventID(id))
        }
        try revive(id, now: event.receivedAt)
        return AppendOutcome(kind: .revived, id: EventID(id))
    }

    private func keepConflict(_ event: NewEvent, with id: Int64) throws(StoreError) {
        let keep = statements.keepConflict
        keep.bind(1, id)
        keep.bind(2, blob: event.digest)
        keep.bind(3, event.receivedAt.milliseconds)
        keep.bind(4, event.headers)
        keep.bind(5, text: event.payload)
        try keep.run()
    }

    private func revive(_ id: Int64, now: Timestamp) throws(StoreError) {
        statements.reviveDeliveries.bind(1, id)
        statements.reviveDeliveries.bind(2, now.milliseconds)
        try statements.reviveDeliveries.run()
        for delivery in try deliveries(of: EventID(id)) where delivery.status == .pending {
            try trimAttempts(of: EventID(id), to: delivery.destination)
        }
        try holdBehindOthers(EventID(id))
        try summariseEvent(id, now: now)
    }

    /// Keeps refused requests and drops the oldest beyond the bound.
    ///
    /// On a short disk they are let go: what is left is for finishing and pruning.
    func keep(_ rejections: [Rejection]) throws(StoreError) {
        guard isAdmitting else { return }
        for rejection in rejections {
            let insert = statements.insertRejection
            insert.bind(1, rejection.source)
            insert.bind(2, rejection.rejectedAt.milliseconds)
            insert.bind(3, Int64(rejection.status))
            insert.bind(4, rejection.reason)
            insert.bind(5, rejection.headers)
            insert.bind(6, blob: rejection.bodyPrefix)
            try insert.run()
        }
        statements.trimRejections.bind(1, Int64(Rejection.keptRejections))
        try statements.trimRejections.run()
    }
}
