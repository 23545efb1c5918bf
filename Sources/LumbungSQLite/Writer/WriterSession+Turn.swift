import LumbungCore

extension WriterSession {
    /// Records results and hands out work inside the open transaction.
    func perform(_ turn: Turn) throws(StoreError) -> TurnResult {
        var fenced = 0
        for record in turn.records where try !settle(record) { fenced += 1 }
        var budget = LeaseBudget(turn)
        var leases: [Lease] = []
        for claim in turn.claims {
            leases += try lease(claim, of: turn, within: &budget)
        }
        return TurnResult(leases: leases, fenced: fenced, nextDueAt: try nextDue(for: turn.claims, now: turn.now))
    }

    // MARK: Results

    /// Writes one result if its token is still the row's.
    /// - Returns: Whether it was.
    func settle(_ record: DeliveryRecord) throws(StoreError) -> Bool {
        let fanout: Int64?
        switch record.decision {
        case .release: fanout = try release(record) == 1 ? 0 : nil
        case .complete: fanout = try settle(record, as: .completed, dueAt: nil)
        case .dead: fanout = try settle(record, as: .dead, dueAt: nil)
        case .retry(let at): fanout = try settle(record, as: .retrying, dueAt: at)
        }
        guard let fanout else { return false }
        if record.decision != .release { try insertAttempt(record) }
        let now = record.timing.endedAt
        if record.isOrdered {
            let places = try orderPlaces(of: record.lease.event).filter { $0.destination == record.lease.destination }
            if record.decision.isFinal { try letNextGo(places, now: now) } else { try pullForward(places) }
        }
        // The row's own number: a replay may have added a delivery while the attempt ran.
        if fanout == 1, let status = record.singleStatus {
            try setEvent(record.lease.event.value, status: status, attempts: record.attempt, now: now)
        } else {
            try summariseEvent(record.lease.event.value, now: now)
        }
        return true
    }

    /// - Returns: How many deliveries the event has; nil when the token is no longer the row's.
    private func settle(
        _ record: DeliveryRecord, as status: EventStatus, dueAt: Timestamp?
    ) throws(StoreError) -> Int64? {
        let leased = statements.leasedFanout
        bind(record.lease, to: leased)
        defer { leased.reset() }
        guard try leased.step() else { return nil }
        let fanout = leased.int(0)
        let settle = statements.settleDelivery
        bind(record.lease, to: settle)
        settle.bind(4, status.rawValue)
        settle.bind(5, dueAt?.milliseconds)
        settle.bind(6, record.outcome.detail)
        return try settle.run() == 1 ? fanout : nil
    }

    private func release(_ record: DeliveryRecord) throws(StoreError) -> Int {
        let release = statements.releaseDelivery
        bind(record.lease, to: release)
        release.bind(4, record.releasedDueAt.milliseconds)
        return try release.run()
    }

    private func bind(_ key: LeaseKey, to statement: Statement) {
        statement.bind(1, key.event.value)
        statement.bind(2, key.destination.value)
        statement.bind(3, key.token)
    }

    private func insertAttempt(_ record: DeliveryRecord) throws(StoreError) {
        let insert = statements.insertAttempt
        bind(record.lease, to: insert)
        insert.bind(4, Int64(record.attempt))
        insert.bind(5, record.outcome.kind.rawValue)
        insert.bind(6, record.outcome.statusCode.map(Int64.init))
        insert.bind(7, record.timing.startedAt.milliseconds)
        insert.bind(8, record.timing.duration.wholeMilliseconds)
        insert.bind(9, record.outcome.detail)
        insert.bind(10, blob: record.outcome.response)
        try insert.run()
    }

    // MARK: The event's own row

    /// Writes the sum over an event's deliveries into its row.
    func summariseEvent(_ id: Int64, now: Timestamp) throws(StoreError) {
        let states = statements.deliveryStates
        states.bind(1, id)
        var statuses: [EventStatus] = []
        var attempts: Int64 = 0
        while try states.step() {
            if let status = EventStatus(rawValue: states.text(0)) { statuses.append(status) }
            attempts = max(attempts, states.int(1))
        }
        states.reset()
        try setEvent(id, status: .summary(of: statuses), attempts: Int(attempts), now: now)
    }

    func setEvent(_ id: Int64, status: EventStatus, attempts: Int, now: Timestamp) throws(StoreError) {
        let update = statements.setEventStatus
        update.bind(1, id)
        update.bind(2, status.rawValue)
        update.bind(3, Int64(attempts))
        update.bind(4, text(of: now))
        try update.run()
    }
}

extension DeliveryRecord {
    /// The event's status after this record when it has a single delivery; nil when that depends on more.
    fileprivate var singleStatus: EventStatus? {
        switch decision {
        case .complete: .completed
        case .dead: .dead
        case .retry: .retrying
        case .release: nil
        }
    }
}
