import LumbungCore

extension WriterSession {
    /// Gives names their numbers.
    func register(_ names: [String]) throws(StoreError) -> [String: DestinationID] {
        let insert = try unsafe Statement(connection, Statements.registerDestination)
        for name in names {
            insert.bind(1, name)
            try insert.run()
        }
        return try destinations()
    }

    private func destinations() throws(StoreError) -> [String: DestinationID] {
        let list = try unsafe Statement(connection, Statements.listDestinations)
        var found: [String: DestinationID] = [:]
        while try list.step() { found[list.text(1)] = DestinationID(list.int(0)) }
        return found
    }

    /// Starts a new boot epoch and takes back every lease of an older one.
    func recover(now: Timestamp) throws(StoreError) -> RecoveryReport {
        let next = try unsafe Statement(connection, Statements.nextBootEpoch)
        guard try next.step() else { throw StoreError.invalid("the table meta has no boot_epoch") }
        enter(bootEpoch: next.int(0))
        next.reset()
        let returned = try takeBack(endedBefore: Timestamp(milliseconds: .max), except: [], now: now)
        let count = try unsafe Statement(connection, Statements.countOpen)
        _ = try count.step()
        var report = RecoveryReport(
            bootEpoch: bootEpoch, interrupted: returned.interrupted - returned.poisoned.count,
            poisoned: returned.poisoned.count, waiting: Int(count.int(0)))
        report.setAside = Array(returned.poisoned.prefix(RecoveryReport.mostNamed))
        return report
    }

    /// Takes back leases that ended at or before a point in time.
    func takeBack(
        endedBefore end: Timestamp, except held: Set<LeaseKey>, now: Timestamp
    ) throws(StoreError) -> (interrupted: Int, poisoned: [RecoveryReport.SetAside]) {
        var counts = (interrupted: 0, poisoned: [RecoveryReport.SetAside]())
        for destination in try destinations().values {
            for leased in try leased(destination, endedBefore: end) where !held.contains(leased.key) {
                let isPoison = leased.interruptions + 1 >= poisonLimit
                try giveBack(leased, isPoison: isPoison, now: now)
                counts.interrupted += 1
                guard isPoison else { continue }
                counts.poisoned.append(.init(event: leased.key.event, destination: leased.key.destination))
            }
        }
        return counts
    }

    private struct Leased {
        var key: LeaseKey
        var interruptions: Int
        var attempts: Int
    }

    private func leased(_ destination: DestinationID, endedBefore end: Timestamp) throws(StoreError) -> [Leased] {
        let query = try unsafe Statement(connection, Statements.leasedDeliveries)
        query.bind(1, destination.value)
        query.bind(2, end.milliseconds)
        var found: [Leased] = []
        while try query.step() {
            let key = LeaseKey(event: EventID(query.int(0)), destination: destination, token: query.int(4))
            found.append(Leased(key: key, interruptions: Int(query.int(2)), attempts: Int(query.int(3))))
        }
        return found
    }

    private func giveBack(_ leased: Leased, isPoison: Bool, now: Timestamp) throws(StoreError) {
        let update = try unsafe Statement(connection, Statements.returnInterrupted)
        update.bind(1, leased.key.event.value)
        update.bind(2, leased.key.destination.value)
        update.bind(3, leased.key.token)
        update.bind(4, (isPoison ? EventStatus.dead : .retrying).rawValue)
        update.bind(5, isPoison ? Lane.live.rawValue : Lane.suspect.rawValue)
        update.bind(6, isPoison ? nil : now.milliseconds)
        let ended = leased.interruptions + 1
        update.bind(
            7,
            isPoison
                ? "set aside as poison: \(ended) attempts ended together with the process"
                : "attempt \(leased.attempts) ended together with the process")
        try update.run()
        if isPoison {
            let places = try orderPlaces(of: leased.key.event)
            try letNextGo(places.filter { $0.destination == leased.key.destination }, now: now)
        }
        try summariseEvent(leased.key.event.value, now: now)
    }

    /// Moves the due times of what waits after the wall clock was set.
    func moveDueTimes(by jump: Duration, now: Timestamp, longestWait: Duration) throws(StoreError) {
        for destination in try destinations().values {
            let hasten = try unsafe Statement(connection, Statements.hastenNew)
            hasten.bind(1, destination.value)
            hasten.bind(2, now.milliseconds)
            try hasten.run()
            let move = try unsafe Statement(connection, Statements.moveRetries)
            move.bind(1, destination.value)
            move.bind(2, jump.wholeMilliseconds)
            move.bind(3, now.advanced(by: longestWait).milliseconds)
            try move.run()
        }
    }

    /// Removes expired requests from quarantine and then, once none is left, finished events that are older than the policy
    /// from the next slice of the table.
    func prune(_ policy: RetentionPolicy, now: Timestamp, after cursor: EventID) throws(StoreError) -> PruneSlice {
        guard try !expireQuarantined(now: now) else { return PruneSlice(removed: 0, next: cursor) }
        let finishedBefore = now.advanced(by: .zero - policy.finished).iso8601
        let deadBefore = now.advanced(by: .zero - policy.dead).iso8601
        let youngest = max(finishedBefore, deadBefore)
        let present = now.iso8601
        let query = try unsafe Statement(connection, Statements.oldestEvents)
        query.bind(1, cursor.value)
        query.bind(2, Int64(Self.pruneSliceEvents))
        var seen = 0
        var last = cursor.value
        var reachedYoung = true
        var old: [Int64] = []
        while try query.step() {
            seen += 1
            last = query.int(0)
            let status = EventStatus(rawValue: query.text(1))
            let limit = status == .dead ? deadBefore : finishedBefore
            // Numbers are not in the order of time where the wall clock was ahead for a while.
            let createdAt = query.text(3)
            if createdAt <= youngest || createdAt > present { reachedYoung = false }
            if status?.isFinished == true, query.text(2) <= limit { old.append(last) }
        }
        for id in old { try remove(id, now: now) }
        if let highest = old.last {
            let mark = try unsafe Statement(connection, Statements.markPruned)
            mark.bind(1, highest)
            try mark.run()
        }
        let isAtEnd = seen < Self.pruneSliceEvents || reachedYoung
        var slice = PruneSlice(removed: old.count, next: isAtEnd ? nil : EventID(last))
        slice.expired = expiredStrangers
        expiredStrangers = 0
        return slice
    }

    /// How many events one slice looks at: short enough that requests beside it do not notice.
    private static let pruneSliceEvents = 200

    private func remove(_ id: Int64, now: Timestamp) throws(StoreError) {
        let places = try orderPlaces(of: EventID(id))
        for sql in [
            Statements.removeAttempts, Statements.removeDeliveries, Statements.removeConflicts, Statements.removeEvent,
        ] {
            let statement = try unsafe Statement(connection, sql)
            statement.bind(1, id)
            try statement.run()
        }
        // A dead one that kept others waiting is gone.
        try letNextGo(places, now: now)
    }
}
