public import LumbungCore

extension InboxModel {
    /// Records results and hands out work.
    public mutating func perform(_ turn: Turn) -> TurnResult {
        var fenced = 0
        for record in turn.records where !settle(record) { fenced += 1 }
        var leases: [Lease] = []
        var budget = LeaseBudget(turn)
        for claim in turn.claims { leases += lease(claim, of: turn, within: &budget) }
        return TurnResult(leases: leases, fenced: fenced, nextDueAt: nextDue(turn.claims, now: turn.now))
    }

    // MARK: Results

    private mutating func settle(_ record: DeliveryRecord) -> Bool {
        let key = record.lease
        guard var delivery = entries[key.event]?.deliveries[key.destination], delivery.token == key.token else {
            return false
        }
        switch record.decision {
        case .release: delivery.release(dueAt: record.releasedDueAt)
        case .complete: delivery.settle(.completed, dueAt: nil, record)
        case .dead: delivery.settle(.dead, dueAt: nil, record)
        case .retry(let at): delivery.settle(.retrying, dueAt: at, record)
        }
        entries[key.event]?.deliveries[key.destination] = delivery
        if record.decision.isFinal {
            letNextGo(delivery.order, key.destination, now: record.timing.endedAt)
        } else {
            pullForward(delivery.order, key.destination)
        }
        summarise(key.event, now: record.timing.endedAt)
        return true
    }
}

extension InboxModel.Delivery {
    fileprivate mutating func settle(_ status: EventStatus, dueAt: Timestamp?, _ record: DeliveryRecord) {
        self.status = status
        self.dueAt = dueAt
        lane = dueAt == nil ? .live : waitingLane
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

    /// Where it waits for its time.
    var waitingLane: InboxModel.Lane { replay == nil ? .live : .bulk }

    /// Hands the attempt back as if it had not been handed out.
    fileprivate mutating func release(dueAt: Timestamp) {
        attempts -= 1
        status = attempts > 0 ? .retrying : .pending
        lane = interruptions > 0 ? .suspect : waitingLane
        token = nil
        self.dueAt = dueAt
    }
}

extension InboxModel.Entry {
    /// What a delivery carries.
    var leased: LeasedEvent {
        var leased = LeasedEvent(
            id: id, source: event.source, identity: event.identity, type: event.type,
            content: EventContent(payload: event.payload, digest: event.digest, headers: event.headers))
        leased.tenant = event.tenant
        leased.receivedAt = event.receivedAt
        leased.provenAs = event.provenAs
        return leased
    }
}
