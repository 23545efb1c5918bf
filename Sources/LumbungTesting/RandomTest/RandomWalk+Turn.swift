import LumbungCore

extension RandomWalk {
    /// Records some results, right and stale, and claims some work.
    func turn() async throws {
        let records = makeRecords()
        let claims = makeClaims()
        let leaseLimit = random.pick(0...6)
        let byteLimit = random.pick(from: [0, 50, 200, 1 << 25]) ?? 0
        let until = now.advanced(by: .seconds(20))
        note(
            "turn records \(records.map { "\($0.model.lease.event.value):\($0.model.decision)" }), claims "
                + claims.map { "\($0.model.destination.value)×\($0.model.limit)+\($0.model.suspectLimit)" }.joined(
                    separator: " ")
                + ", at most \(leaseLimit) and \(byteLimit) bytes")
        let modelled = model.perform(
            Turn(
                records: records.map(\.model), claims: claims.map(\.model), leaseLimit: leaseLimit,
                byteLimit: byteLimit, now: now, leaseUntil: until))
        let stored = try await bench.store.turn(
            Turn(
                records: records.map(\.store), claims: claims.map(\.store), leaseLimit: leaseLimit,
                byteLimit: byteLimit, now: now, leaseUntil: until))
        try require("fenced", modelled.fenced, stored.fenced)
        try require("next due", modelled.nextDueAt, stored.nextDueAt)
        try require("leases", modelled.leases.map(described), stored.leases.map(describedOfStore))
        for (left, right) in zip(modelled.leases, stored.leases) {
            touched.insert(left.event.id)
            held.append(LeasePair(model: left, store: right))
        }
        for record in records { touched.insert(record.model.lease.event) }
    }

    private func makeRecords() -> [(model: DeliveryRecord, store: DeliveryRecord)] {
        (0..<random.pick(0...4)).compactMap { _ in
            let isStale = random.chance(percent: 15)
            guard let pair = random.pick(from: isStale ? past : held) else { return nil }
            if !isStale { retire { $0.model.token == pair.model.token } }
            let (decision, outcome) = makeDecision()
            let timing = AttemptTiming(
                startedAt: now.advanced(by: .milliseconds(-random.pick(0...900))), endedAt: now,
                duration: .milliseconds(random.pick(0...900)))
            return (
                DeliveryRecord(lease: pair.model, outcome: outcome, decision: decision, timing: timing),
                DeliveryRecord(lease: pair.store, outcome: outcome, decision: decision, timing: timing)
            )
        }
    }

    private func makeDecision() -> (DeliveryDecision, AttemptOutcome) {
        switch random.pick(1...100) {
        case ...45: return (.complete, AttemptOutcome(kind: .delivered, statusCode: 200, response: [1, 2, 3]))
        case ...75:
            let due = now.advanced(by: .milliseconds(random.pick(-1000...30_000)))
            return (.retry(at: due), AttemptOutcome(kind: .timeout, detail: "no answer \(random.pick(0...9))"))
        case ...90: return (.dead, AttemptOutcome(kind: .status, statusCode: 410, detail: "gone"))
        default: return (.release, AttemptOutcome(kind: .interrupted))
        }
    }

    private func makeClaims() -> [(model: Turn.Claim, store: Turn.Claim)] {
        let chosen = destinations.filter { _ in random.chance(percent: 80) }.shuffled(using: &random)
        return chosen.map { pair in
            let limit = random.pick(0...4)
            let suspects = random.pick(0...1)
            return (
                Turn.Claim(destination: pair.model, limit: limit, suspectLimit: suspects),
                Turn.Claim(destination: pair.store, limit: limit, suspectLimit: suspects)
            )
        }
    }

    /// Moves leases to those whose tokens must be fenced from now on.
    func retire(where isOver: (LeasePair) -> Bool) {
        past.append(contentsOf: held.filter(isOver))
        held.removeAll(where: isOver)
        if past.count > 40 { past.removeFirst(past.count - 40) }
    }

    private func described(_ lease: Lease) -> String {
        describe(
            lease, event: storeIDs[lease.event.id],
            destination: destinations.first { $0.model == lease.destination }?.store)
    }

    private func describedOfStore(_ lease: Lease) -> String {
        describe(lease, event: lease.event.id, destination: lease.destination)
    }

    private func describe(_ lease: Lease, event: EventID?, destination: DestinationID?) -> String {
        let payload = String(decoding: lease.event.payload, as: UTF8.self)
        return
            "\(event?.value ?? -1) to \(destination?.value ?? -1) attempt \(lease.attempt) suspect \(lease.isSuspect)"
            + " of \(lease.fanout) \(lease.event.source)/\(lease.event.identity)/\(lease.event.type) \(payload)"
    }
}
