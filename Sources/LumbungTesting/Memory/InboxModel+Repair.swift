public import LumbungCore

extension InboxModel {
    /// Voids every lease and counts what waits.
    public mutating func recover(now: Timestamp) -> RecoveryReport {
        startBoot()
        let returned = takeBack(now: now) { _ in true }
        let waiting = entries.values.flatMap(\.deliveries.values).count { $0.dueAt != nil }
        var report = RecoveryReport(
            bootEpoch: bootEpoch, interrupted: returned.interrupted - returned.poisoned.count,
            poisoned: returned.poisoned.count, waiting: waiting)
        report.setAside = Array(returned.poisoned.prefix(RecoveryReport.mostNamed))
        return report
    }

    /// Takes back leases that ended, except those still held.
    /// - Returns: What was taken back.
    public mutating func reclaim(now: Timestamp, except held: [LeaseKey]) -> ReclaimReport {
        let held = Set(held)
        let back = takeBack(now: now) { leased in leased.end <= now && !held.contains(leased.key) }
        return ReclaimReport(returned: back.interrupted, poisoned: back.poisoned)
    }

    /// Moves what waits along with a wall clock that was set.
    public mutating func clockMoved(by jump: Duration, now: Timestamp, longestWait: Duration) {
        let latest = now.advanced(by: longestWait)
        for (id, entry) in entries {
            for (destination, delivery) in entry.deliveries where delivery.lane != .held && delivery.lane != .leased {
                guard let dueAt = delivery.dueAt else { continue }
                let moved = delivery.status == .pending ? min(dueAt, now) : min(dueAt.advanced(by: jump), latest)
                entries[id]?.deliveries[destination]?.dueAt = moved
            }
        }
    }

    /// Removes every finished event that is older than the policy.
    /// - Returns: The numbers of the removed events, ascending.
    public mutating func prune(_ policy: RetentionPolicy, now: Timestamp) -> [EventID] {
        expireQuarantined(now: now)
        let finishedBefore = now.advanced(by: .zero - policy.finished)
        let deadBefore = now.advanced(by: .zero - policy.dead)
        let old = entries.values.filter { entry in
            entry.status.isFinished && entry.updatedAt <= (entry.status == .dead ? deadBefore : finishedBefore)
        }
        for entry in old {
            entries[entry.id] = nil
            identities[Identity(entry.event)] = nil
            for (destination, delivery) in entry.deliveries { letNextGo(delivery.order, destination, now: now) }
        }
        return old.map(\.id).sorted()
    }

    private struct Leased {
        var key: LeaseKey
        var end: Timestamp
    }

    private mutating func takeBack(
        now: Timestamp, where isEnded: (Leased) -> Bool
    ) -> (interrupted: Int, poisoned: [RecoveryReport.SetAside]) {
        var counts = (interrupted: 0, poisoned: [RecoveryReport.SetAside]())
        for leased in allLeased where isEnded(leased) {
            guard var delivery = entries[leased.key.event]?.deliveries[leased.key.destination] else { continue }
            delivery.interruptions += 1
            let isPoison = delivery.interruptions >= poisonLimit
            delivery.status = isPoison ? .dead : .retrying
            delivery.lane = isPoison ? .live : .suspect
            delivery.dueAt = isPoison ? nil : now
            delivery.token = nil
            delivery.lastError = Self.interruptionText
            entries[leased.key.event]?.deliveries[leased.key.destination] = delivery
            if isPoison { letNextGo(delivery.order, leased.key.destination, now: now) }
            summarise(leased.key.event, now: now)
            counts.interrupted += 1
            guard isPoison else { continue }
            counts.poisoned.append(.init(event: leased.key.event, destination: leased.key.destination))
        }
        return counts
    }

    private var allLeased: [Leased] {
        entries.values.flatMap { entry in
            entry.deliveries.compactMap { destination, delivery in
                guard let token = delivery.token, let end = delivery.dueAt else { return nil }
                return Leased(key: LeaseKey(event: entry.id, destination: destination, token: token), end: end)
            }
        }
    }
}
