import LumbungCore

extension RandomWalk {
    /// Takes ended leases back, except a random part of those that are held.
    func reclaim() async throws {
        let kept = held.filter { _ in random.chance(percent: 40) }
        note("reclaim except \(kept.map(\.model.event.id.value))")
        let modelled = model.reclaim(now: now, except: kept.map { key(of: $0.model) })
        let stored = try await bench.store.reclaim(now: now, except: kept.map { key(of: $0.store) })
        try require("taken back", modelled.interrupted, stored.interrupted)
        try require("set aside", modelled.poisoned, stored.poisoned)
        touched.formUnion(held.map(\.model.event.id))
        let model = model
        retire { pair in
            model.entries[pair.model.event.id]?.deliveries[pair.model.destination]?.token != pair.model.token
        }
    }

    /// Removes old events and checks that everything of them is gone.
    func prune() async throws {
        let policy = RetentionPolicy(
            finished: .seconds(random.pick(0...200)), dead: .seconds(random.pick(0...400)))
        note("prune \(policy)")
        let removed = model.prune(policy, now: now)
        try require("pruned", removed.count, try await bench.prune(policy, at: now))
        touched.formUnion(removed)
    }

    /// Recovers in the middle of the work.
    func recover() async throws {
        note("recover")
        let modelled = model.recover(now: now)
        let stored = try await bench.store.recover(now: now)
        try require("interrupted", modelled.interrupted, stored.interrupted)
        try require("poisoned", modelled.poisoned, stored.poisoned)
        try require("waiting", modelled.waiting, stored.waiting)
        touched.formUnion(held.map(\.model.event.id))
        retire { _ in true }
    }

    /// Ends the store, opens it again and recovers.
    func reopen() async throws {
        note("reopen")
        try await bench.reopen()
        try await recover()
        try await compareEverything()
    }

    private func key(of lease: Lease) -> LeaseKey {
        LeaseKey(event: lease.event.id, destination: lease.destination, token: lease.token)
    }

    // MARK: Comparing

    /// Compares every event that the model knows.
    func compareEverything() async throws {
        for id in model.eventIDs { try await compare(id) }
    }

    /// Compares how many events stand where.
    func compareCounts() async throws {
        let stored = try await bench.store.statusCounts().filter { $0.value > 0 }
        try require("counts", model.statusCounts(), stored)
    }

    /// Compares one event, also one that was removed.
    func compare(_ id: EventID) async throws {
        guard let storeID = storeIDs[id] else { return }
        let stored = try await bench.store.event(storeID)
        guard let modelled = model.event(id), let stored else {
            try require("presence of event \(storeID.value)", model.event(id) != nil, stored != nil)
            return
        }
        let name = "event \(storeID.value)"
        try require("\(name): status", modelled.status, stored.status)
        try require("\(name): attempts", modelled.attempts, stored.attempts)
        try require("\(name): dates", [modelled.createdAt, modelled.updatedAt], [stored.createdAt, stored.updatedAt])
        try require("\(name): unrouted", modelled.isUnrouted, stored.isUnrouted)
        try require("\(name): duplicates", modelled.duplicates, stored.duplicates)
        try require("\(name): conflicts", modelled.conflicts, stored.conflicts)
        try require("\(name): payload", modelled.event.payload, stored.event.payload)
        try require("\(name): digest", modelled.event.digest, stored.event.digest)
        try require("\(name): type", modelled.event.type, stored.event.type)
        try require("\(name): deliveries", modelled.deliveries.map(inStore), stored.deliveries.map(withoutOwnWords))
    }

    /// A delivery of the model under the store's number.
    private func inStore(_ delivery: StoredDelivery) -> StoredDelivery {
        var copy = delivery
        if let pair = destinations.first(where: { $0.model == delivery.destination }) { copy.destination = pair.store }
        copy.waitsFor = delivery.waitsFor.flatMap { storeIDs[$0] }
        return withoutOwnWords(copy)
    }

    /// What a store says about an interruption is its own choice; that it says something is compared elsewhere.
    private func withoutOwnWords(_ delivery: StoredDelivery) -> StoredDelivery {
        var copy = delivery
        if delivery.interruptions > 0 { copy.lastError = delivery.lastError.isEmpty ? "" : "some words" }
        return copy
    }
}
