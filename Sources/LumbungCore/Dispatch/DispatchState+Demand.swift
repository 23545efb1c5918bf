extension DispatchState {
    /// What the workers could run now or next; nil when there is no room, or nobody may be given anything.
    ///
    /// Everybody who may be given something is asked for, each for all that it may have; the limits over all of them
    /// hold them to the workers there are, and as many leases again ahead of them. So what the store says about the next
    /// due time leaves nobody out. Whoever holds nothing comes first, and finds room whatever the others hold.
    public func demand(now: Duration) -> Demand? {
        let room = bufferLimit - leasesInFlight
        guard room > 0 else { return nil }
        let unprovenRoom = max(0, allButOne - unproven(\.inFlight))
        var tries = 0
        let wishes = rotated.compactMap { id in
            slots[id].flatMap { wish(of: $0, unprovenRoom: unprovenRoom, &tries, now: now) }
        }
        let (fresh, others) = (wishes.filter { $0.inFlight == 0 }, wishes.filter { $0.inFlight > 0 })
        let workerRoom = max(2 * workerCount - waitingInFlight, fresh.count { $0.claim.pool != .batch })
        var claims: [Turn.Claim] = []
        var without = fresh.count { $0.claim.pool != .batch }
        for wish in fresh + others {
            var claim = wish.claim
            // One each stays for those that hold nothing and come later.
            if wish.inFlight == 0, claim.pool != .batch { without -= 1 }
            claim.limit = min(claim.limit, room, claim.pool == .batch ? .max : workerRoom - without)
            if claim.limit > 0 { claims.append(claim) }
        }
        guard !claims.isEmpty else { return nil }
        return Demand(claims: claims, leaseLimit: room, workerLimit: workerRoom, unprovenLimit: unprovenRoom)
    }

    private struct Wish {
        var claim: Turn.Claim
        var inFlight: Int
    }

    /// What a destination may have by its own limits and its place among the workers.
    private func wish(
        of slot: DestinationSlot, unprovenRoom: Int, _ tries: inout Int, now: Duration
    ) -> Wish? {
        var (pool, ofPool) = (slot.pool, Int.max)
        switch pool {
        case .batch: break
        case .worker: ofPool = place(of: slot) + ahead(of: slot) - slot.inFlight
        case .unproven where unprovenRoom == 0 && tries == 0 && isFirstTry(slot, \.inFlight):
            (pool, ofPool) = (.worker, 1)
            tries = 1
        case .unproven:
            ofPool = min(unprovenRoom, min(slot.destination.concurrency, share(of: slot)) - slot.inFlight)
        }
        let limit = min(slot.room(now: now), ofPool)
        guard limit > 0 else { return nil }
        // A suspect is taken only where it may begin at once: all the others wait for it.
        let isSuspectWelcome = suspectsInFlight == 0 && (pool == .batch || slot.inFlight < place(of: slot))
        let claim = Turn.Claim(
            destination: slot.destination.id, limit: limit, suspectLimit: isSuspectWelcome ? 1 : 0, pool: pool)
        return Wish(claim: claim, inFlight: slot.inFlight)
    }

    var waitingInFlight: Int {
        slots.values.reduce(0) { $0 + ($1.destination.isImmediate ? 0 : $1.inFlight) }
    }
}
