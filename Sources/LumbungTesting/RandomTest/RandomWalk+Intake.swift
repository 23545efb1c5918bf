import LumbungCore

extension RandomWalk {
    /// Stores one to three events of a small pool of identities: new ones, duplicates, conflicts, and rarely a bad one.
    func append() async throws {
        var pairs = (0..<random.pick(1...3)).map { _ in makeEvent() }
        if random.chance(percent: 4) {
            var bad = makeEvent()
            bad.model.destinations = [DestinationID(4711)]
            bad.store.destinations = [DestinationID(4711)]
            bad.model.identity = "never stored"
            bad.store.identity = "never stored"
            pairs.insert(bad, at: random.pick(0...pairs.count))
        }
        note("append \(pairs.map { "\($0.model.source)/\($0.model.identity)" })")
        let modelled = Result { () throws(StoreError) in try model.append(pairs.map(\.model)) }
        let stored: Result<[AppendOutcome], StoreError>
        do throws(StoreError) {
            stored = .success(try await bench.store.append(pairs.map(\.store)))
        } catch {
            stored = .failure(error)
        }
        switch (modelled, stored) {
        case (.success(let modelled), .success(let stored)):
            try require("outcomes", modelled.map(\.kind), stored.map(\.kind))
            try matchNumbers(modelled, stored)
        case (.failure(.invalid), .failure(.invalid)): break
        default: try require("result of append", "\(modelled)", "\(stored)")
        }
    }

    private func matchNumbers(_ modelled: [AppendOutcome], _ stored: [AppendOutcome]) throws {
        for (left, right) in zip(modelled, stored) {
            touched.insert(left.id)
            if left.kind == .queued {
                let highest = storeIDs.values.max() ?? EventID(0)
                try require("the new number is above all earlier ones", true, right.id > highest)
                storeIDs[left.id] = right.id
            }
            try require("number of an event", storeIDs[left.id], right.id)
        }
    }

    private func makeEvent() -> (model: NewEvent, store: NewEvent) {
        let number = random.pick(0...49)
        let variant = random.chance(percent: 85) ? 0 : random.pick(1...2)
        let payload = "{\"n\":\(number),\"v\":\(variant),\"pad\":\"\(String(repeating: "p", count: number))\"}"
        let chosen = destinations.filter { _ in random.chance(percent: 55) }
        var event = NewEvent.sample(
            "e\(number)", source: random.chance(percent: 50) ? "left" : "right", payload: Array(payload.utf8),
            receivedAt: now, to: chosen.map(\.model)
        ).resendRevives(random.chance(percent: 80))
        event.type = "T\(number % 4)"
        event.tenant = number % 5 == 0 ? "" : "t\(number % 3)"
        var store = event
        store.destinations = chosen.map(\.store)
        // Every third identity has a place in an order, in which some dead ones block.
        if number % 3 == 0 {
            let key = OrderKey("k\(number % 2)", deadBlocks: number % 4 == 0)
            event.orderKeys = Dictionary(uniqueKeysWithValues: chosen.map { ($0.model, key) })
            store.orderKeys = Dictionary(uniqueKeysWithValues: chosen.map { ($0.store, key) })
        }
        return (event, store)
    }

    /// Keeps a refused request and compares the newest kept ones.
    func reject() async throws {
        let rejection = Rejection(
            source: "left", rejectedAt: now, status: random.pick(400...431), reason: "reason \(random.pick(0...9))",
            headers: "{}", body: [UInt8](repeating: 1, count: random.pick(0...5000)))
        note("reject \(rejection.status)")
        model.reject(rejection)
        bench.store.reject(rejection)
        _ = try await bench.turn(claims: [], at: now)
        let describe = { (kept: Rejection) in "\(kept.status) \(kept.reason) \(kept.bodyPrefix.count)" }
        let stored = try await bench.store.rejections(limit: 5)
        try require("rejections", model.rejections(limit: 5).map(describe), stored.map(describe))
    }
}
