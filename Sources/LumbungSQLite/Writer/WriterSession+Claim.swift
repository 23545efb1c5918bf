import LumbungCore

extension WriterSession {
    /// Hands out what one claim may be given: suspects, then live deliveries, then those of bulk replays.
    func lease(
        _ claim: Turn.Claim, of turn: Turn, within budget: inout LeaseBudget
    ) throws(StoreError) -> [Lease] {
        var leases: [Lease] = []
        // A suspect counts within the destination's limit.
        for lane in [Lane.suspect, .live, .bulk] {
            let ofLane = lane == .suspect ? claim.suspectLimit : claim.limit
            let room = min(ofLane, claim.limit - leases.count, budget.room(for: claim, isSuspect: lane == .suspect))
            guard room > 0 else { continue }
            leases += try pick(
                room, from: DueQueue(destination: claim.destination, lane: lane), claim, turn, &budget)
        }
        return leases
    }

    /// When the next delivery of the claimed destinations is due; the first one that is due already ends the search.
    func nextDue(for claims: [Turn.Claim], now: Timestamp) throws(StoreError) -> Timestamp? {
        var earliest: Int64?
        for claim in claims where claim.limit > 0 {
            for lane in [Lane.live, .bulk] + (claim.suspectLimit > 0 ? [.suspect] : []) {
                let queue = DueQueue(destination: claim.destination, lane: lane)
                var source = ""
                while let next = try nextSource(queue, after: source) {
                    if next.dueAt <= now.milliseconds { return now }
                    earliest = min(earliest ?? .max, next.dueAt)
                    source = next.name
                }
            }
        }
        return earliest.map(Timestamp.init(milliseconds:))
    }

    // MARK: Fair pick

    /// Picks from every source in turn, beginning behind the one that was served last, so that one with a great backlog
    /// takes nobody's place (PROMISES 12).
    private func pick(
        _ room: Int, from queue: DueQueue, _ claim: Turn.Claim, _ turn: Turn, _ budget: inout LeaseBudget
    ) throws(StoreError) -> [Lease] {
        var leases: [Lease] = []
        while leases.count < room {
            let left = room - leases.count
            let sources = try dueSources(queue, now: turn.now, limit: left)
            let before = leases.count
            for (index, source) in sources.enumerated() {
                let share = FairShare.of(left, among: sources.count, at: index)
                let due = try dueDeliveries(queue, of: source, limit: share, turn, &budget)
                for lease in due.leases where try take(lease, until: turn.leaseUntil, now: turn.now) {
                    leases.append(lease)
                    budget.take(lease, of: claim)
                    lastServed[queue] = source
                }
                if due.isCut { return leases }
            }
            guard leases.count > before else { break }
        }
        return leases
    }

    /// The sources that have something due, in the order in which they are served next.
    private func dueSources(
        _ queue: DueQueue, now: Timestamp, limit: Int
    ) throws(StoreError) -> [String] {
        let last = lastServed[queue] ?? ""
        var sources: [String] = []
        var source = last
        while sources.count < limit, let next = try nextSource(queue, after: source) {
            if next.dueAt <= now.milliseconds { sources.append(next.name) }
            source = next.name
        }
        source = ""
        while sources.count < limit, let next = try nextSource(queue, after: source) {
            guard !last.utf8.lexicographicallyPrecedes(next.name.utf8) else { break }
            if next.dueAt <= now.milliseconds { sources.append(next.name) }
            source = next.name
        }
        return sources
    }

    private func nextSource(
        _ queue: DueQueue, after source: String
    ) throws(StoreError) -> (name: String, dueAt: Int64)? {
        let next = statements.nextSource
        next.bind(1, queue.destination.value)
        next.bind(2, queue.lane.rawValue)
        next.bind(3, source)
        defer { next.reset() }
        return try next.step() ? (next.text(0), next.int(1)) : nil
    }

    /// What is due of one source.
    private struct DueDeliveries {
        var leases: [Lease] = []
        /// Whether there was one that the turn had no bytes left for.
        var isCut = false
    }

    private func dueDeliveries(
        _ queue: DueQueue, of source: String, limit: Int, _ turn: Turn,
        _ budget: inout LeaseBudget
    ) throws(StoreError) -> DueDeliveries {
        let due = statements.dueDeliveries
        due.bind(1, queue.destination.value)
        due.bind(2, queue.lane.rawValue)
        due.bind(3, source)
        due.bind(4, turn.now.milliseconds)
        due.bind(5, Int64(limit))
        defer { due.reset() }
        var found = DueDeliveries()
        while try due.step() {
            let content = EventContent(payload: due.bytes(9), digest: due.bytes(7), headers: due.text(8))
            // The oldest that does not fit ends its lane; the very first fits whatever its size.
            guard budget.takeBytes(content.payload.count) else {
                found.isCut = true
                break
            }
            var event = LeasedEvent(
                id: EventID(due.int(0)), source: due.text(4), identity: due.text(5), type: due.text(6), content: content
            )
            event.tenant = due.text(11)
            event.receivedAt = Timestamp(iso8601: due.text(12))
            event.provenAs = due.text(13)
            var lease = Lease(
                event: event, destination: queue.destination, token: makeToken(), attempt: Int(due.int(2)) + 1,
                isSuspect: queue.lane == .suspect, fanout: Int(due.int(3)))
            lease.isOrdered = due.int(10) != 0
            lease.dueSince = Timestamp(milliseconds: due.int(1))
            found.leases.append(lease)
        }
        return found
    }

    private func take(_ lease: Lease, until: Timestamp, now: Timestamp) throws(StoreError) -> Bool {
        let update = statements.leaseDelivery
        update.bind(1, lease.event.id.value)
        update.bind(2, lease.destination.value)
        update.bind(3, Int64(lease.attempt))
        update.bind(4, lease.token)
        update.bind(5, until.milliseconds)
        guard try update.run() == 1 else { return false }
        if lease.fanout == 1 {
            try setEvent(lease.event.id.value, status: .processing, attempts: lease.attempt, now: now)
        } else {
            try summariseEvent(lease.event.id.value, now: now)
        }
        return true
    }
}
