import LumbungCore

extension InboxModel {
    /// Hands out what one claim may be given: suspects, then live deliveries, then those of bulk replays.
    mutating func lease(_ claim: Turn.Claim, of turn: Turn, within budget: inout LeaseBudget) -> [Lease] {
        var leases: [Lease] = []
        for lane in [Lane.suspect, .live, .bulk] {
            let ofLane = lane == .suspect ? claim.suspectLimit : claim.limit
            let room = min(ofLane, claim.limit - leases.count, budget.room(for: claim, isSuspect: lane == .suspect))
            guard room > 0 else { continue }
            leases += pick(room, from: Queue(destination: claim.destination, lane: lane), claim, turn, &budget)
        }
        return leases
    }

    /// When the next delivery of the claimed destinations is due, which is now for what is due already.
    func nextDue(_ claims: [Turn.Claim], now: Timestamp) -> Timestamp? {
        let open = claims.filter { $0.limit > 0 }.flatMap { claim in
            let lanes: [Lane] = [.live, .bulk] + (claim.suspectLimit > 0 ? [.suspect] : [])
            return lanes.flatMap { waiting(Queue(destination: claim.destination, lane: $0)) }
        }
        return open.map(\.dueAt).min().map { max($0, now) }
    }

    /// Picks from every source in turn, beginning behind the one that was served last.
    private mutating func pick(
        _ room: Int, from queue: Queue, _ claim: Turn.Claim, _ turn: Turn, _ budget: inout LeaseBudget
    ) -> [Lease] {
        var leases: [Lease] = []
        while leases.count < room {
            let left = room - leases.count
            let sources = dueSources(queue, now: turn.now).prefix(left)
            guard !sources.isEmpty else { break }
            for (index, source) in sources.enumerated() {
                let share = FairShare.of(left, among: sources.count, at: index)
                for id in due(queue, now: turn.now, of: source).prefix(share) {
                    // The oldest that does not fit ends its lane: a smaller one must not overtake it.
                    guard budget.takeBytes(entries[id]?.event.payload.count ?? 0) else { return leases }
                    guard let lease = take(id, from: queue, turn: turn) else { continue }
                    budget.take(lease, of: claim)
                    leases.append(lease)
                    lastServed[queue] = source
                }
            }
        }
        return leases
    }

    /// The sources that have something due, in the order in which they are served next.
    private func dueSources(_ queue: Queue, now: Timestamp) -> [[UInt8]] {
        let due = waiting(queue).filter { $0.dueAt <= now }
        let names = Set(due.compactMap { entries[$0.id].map { Array($0.event.source.utf8) } })
            .sorted { $0.lexicographicallyPrecedes($1) }
        guard let last = lastServed[queue] else { return names }
        let behind = names.filter { last.lexicographicallyPrecedes($0) }
        return behind + names.filter { !last.lexicographicallyPrecedes($0) }
    }

    private func due(_ queue: Queue, now: Timestamp, of source: [UInt8]) -> [EventID] {
        waiting(queue)
            .filter { $0.dueAt <= now && entries[$0.id]?.event.source.utf8.elementsEqual(source) == true }
            .sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }.map(\.id)
    }

    private func waiting(_ queue: Queue) -> [(dueAt: Timestamp, id: EventID)] {
        entries.values.compactMap { entry in
            guard let delivery = entry.deliveries[queue.destination], delivery.lane == queue.lane,
                let dueAt = delivery.dueAt
            else { return nil }
            return (dueAt, entry.id)
        }
    }

    private mutating func take(_ id: EventID, from queue: Queue, turn: Turn) -> Lease? {
        guard let entry = entries[id], var delivery = entry.deliveries[queue.destination] else { return nil }
        let (token, dueSince) = (makeToken(), delivery.dueAt)
        delivery.status = .processing
        delivery.lane = .leased
        delivery.attempts += 1
        delivery.token = token
        delivery.dueAt = turn.leaseUntil
        entries[id]?.deliveries[queue.destination] = delivery
        summarise(id, now: turn.now)
        var lease = Lease(
            event: entry.leased, destination: queue.destination, token: token, attempt: delivery.attempts,
            isSuspect: queue.lane == .suspect, fanout: entry.deliveries.count)
        lease.isOrdered = delivery.order != nil
        lease.dueSince = dueSince
        return lease
    }
}
