public import LumbungCore

extension InboxModel {
    /// Records results and hands out work.
    public mutating func perform(_ turn: Turn) -> TurnResult {
        var fenced = 0
        for record in turn.records where !settle(record) { fenced += 1 }
        var leases: [Lease] = []
        var budget = LeaseBudget(turn)
        for claim in turn.claims {
            let before = leases.count
            for (lane, limit) in claim.lanes {
                let free = budget.room(for: claim, isSuspect: lane == .suspect)
                let room = min(limit, free, claim.limit - (leases.count - before))
                for id in due(claim.destination, lane, now: turn.now).prefix(max(0, room)) {
                    // The oldest that does not fit ends its lane: a smaller one must not overtake it.
                    guard budget.takeBytes(entries[id]?.event.payload.count ?? 0) else { break }
                    guard let lease = take(id, claim.destination, lane, turn: turn) else { continue }
                    budget.take(lease, of: claim)
                    leases.append(lease)
                }
            }
        }
        return TurnResult(leases: leases, fenced: fenced, nextDueAt: nextDue(turn.claims))
    }

    // MARK: Results

    private mutating func settle(_ record: DeliveryRecord) -> Bool {
        let key = record.lease
        guard var delivery = entries[key.event]?.deliveries[key.destination], delivery.token == key.token else {
            return false
        }
        switch record.decision {
        case .release: delivery.release(dueAt: record.timing.startedAt)
        case .complete: delivery.settle(.completed, dueAt: nil, record)
        case .dead: delivery.settle(.dead, dueAt: nil, record)
        case .retry(let at): delivery.settle(.retrying, dueAt: at, record)
        }
        entries[key.event]?.deliveries[key.destination] = delivery
        if record.decision == .complete || record.decision == .dead {
            letNextGo(delivery.order, key.destination, now: record.timing.endedAt)
        }
        summarise(key.event, now: record.timing.endedAt)
        return true
    }

    // MARK: Work

    private func waiting(_ destination: DestinationID, _ lane: Lane) -> [(dueAt: Timestamp, id: EventID)] {
        entries.values.compactMap { entry in
            guard let delivery = entry.deliveries[destination], delivery.lane == lane, let dueAt = delivery.dueAt
            else { return nil }
            return (dueAt, entry.id)
        }
    }

    private func due(_ destination: DestinationID, _ lane: Lane, now: Timestamp) -> [EventID] {
        waiting(destination, lane).filter { $0.dueAt <= now }
            .sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }.map(\.id)
    }

    private func nextDue(_ claims: [Turn.Claim]) -> Timestamp? {
        let open = claims.flatMap { claim in
            claim.lanes.filter { $0.limit > 0 }.flatMap { waiting(claim.destination, $0.lane) }
        }
        return open.map(\.dueAt).min()
    }

    private mutating func take(_ id: EventID, _ destination: DestinationID, _ lane: Lane, turn: Turn) -> Lease? {
        guard let entry = entries[id], var delivery = entry.deliveries[destination] else { return nil }
        let token = makeToken()
        delivery.status = .processing
        delivery.lane = .leased
        delivery.attempts += 1
        delivery.token = token
        delivery.dueAt = turn.leaseUntil
        entries[id]?.deliveries[destination] = delivery
        summarise(id, now: turn.now)
        var lease = Lease(
            event: entry.leased, destination: destination, token: token, attempt: delivery.attempts,
            isSuspect: lane == .suspect, fanout: entry.deliveries.count)
        lease.isOrdered = delivery.order != nil
        return lease
    }
}

extension Turn.Claim {
    fileprivate var lanes: [(lane: InboxModel.Lane, limit: Int)] {
        [(.suspect, min(limit, suspectLimit)), (.live, limit)]
    }
}

extension InboxModel.Delivery {
    fileprivate mutating func settle(_ status: EventStatus, dueAt: Timestamp?, _ record: DeliveryRecord) {
        self.status = status
        self.dueAt = dueAt
        lane = .live
        token = nil
        lastError = record.outcome.detail
        var attempt = StoredAttempt(
            number: record.attempt, outcome: record.outcome.kind, startedAt: record.timing.startedAt)
        attempt.statusCode = record.outcome.statusCode
        attempt.durationMilliseconds = record.timing.duration.wholeMilliseconds
        attempt.detail = record.outcome.detail
        attempt.response = record.outcome.response
        history.append(attempt)
    }

    /// Hands the attempt back as if it had not been handed out.
    fileprivate mutating func release(dueAt: Timestamp) {
        attempts -= 1
        status = attempts > 0 ? .retrying : .pending
        lane = interruptions > 0 ? .suspect : .live
        token = nil
        self.dueAt = dueAt
    }
}

extension InboxModel.Entry {
    /// What a delivery carries.
    var leased: LeasedEvent {
        LeasedEvent(
            id: id, source: event.source, identity: event.identity, type: event.type,
            content: EventContent(payload: event.payload, digest: event.digest, headers: event.headers))
    }
}
