import LumbungCore
import Testing

extension StoreCheck {
    static let ending: [StoreCheck] = [
        StoreCheck("after closing every call says closed") { bench async throws in
            let id = try await bench.queue("one")
            let store = bench.store
            await store.close()
            await store.close()
            let now = bench.now
            let turn = Turn(records: [], claims: [], leaseLimit: 1, now: now, leaseUntil: now)
            let calls: [(String, () async throws -> Void)] = [
                ("append", { _ = try await store.append([.sample("two", to: [])]) }),
                ("register", { _ = try await store.register(destinations: ["third"]) }),
                ("recover", { _ = try await store.recover(now: now) }),
                ("turn", { _ = try await store.turn(turn) }),
                ("reclaim", { _ = try await store.reclaim(now: now, except: []) }),
                ("prune", { _ = try await store.prune(RetentionPolicy(), now: now, after: EventID(0)) }),
                ("event", { _ = try await store.event(id) }),
                ("statusCounts", { _ = try await store.statusCounts() }),
                ("rejections", { _ = try await store.rejections(limit: 1) }),
            ]
            for (name, call) in calls {
                #expect(await StoreBench.error(of: call) == .closed, "\(name)")
            }
            #expect(await store.health() != .ready)
            #expect(await store.failure() == nil)
        },
        StoreCheck("who waits for the end is told when the store was closed in order") { bench async throws in
            let store = bench.store
            async let reason = store.failure()
            await store.close()
            #expect(await reason == nil)
        },
        StoreCheck("what was handed in before closing is done") { bench async throws in
            let store = bench.store
            let first = bench.first
            let results = await withTaskGroup(of: Result<[AppendOutcome], StoreError>.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        do throws(StoreError) {
                            return .success(try await store.append([.sample("\(index)", to: [first])]))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                await store.close()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count == 50)
            for result in results {
                if case .failure(let error) = result { #expect(error == .closed) }
            }
        },
    ]

    static let surviving: [StoreCheck] = [
        StoreCheck("what was acknowledged is there after a restart") { bench async throws in
            let sample = NewEvent.sample("one", to: [bench.first])
            let id = try await bench.put(sample).id
            _ = try await bench.put(.sample("one", payload: Array("{}".utf8), to: [bench.first]))
            bench.store.reject(
                Rejection(
                    source: "shop", rejectedAt: bench.now, status: 400, reason: "why", headers: "{}", body: [1]))
            let done = try await bench.queue("done", receivedAt: bench.now.advanced(by: .seconds(-1)))
            try await bench.record(try await bench.claimOne(), .complete)
            try await bench.reopen()
            let stored = try await bench.event(id)
            #expect(stored.event.payload == sample.payload && stored.status == .pending)
            #expect(stored.conflicts.map(\.payload) == [Array("{}".utf8)])
            #expect(try await bench.event(done).status == .completed)
            #expect(try await bench.delivery(done).history.count == 1)
            #expect(try await bench.store.rejections(limit: 9).count == 1)
            let ids = try await bench.store.register(destinations: ["second", "first"])
            #expect(ids["first"] == bench.first && ids["second"] == bench.second)
            #expect(try await bench.put(sample) == AppendOutcome(kind: .duplicate, id: id))
            #expect(try await bench.queue("later") > id)
        },
        StoreCheck("each boot has a higher number and fences the tokens of the one before") { bench async throws in
            let id = try await bench.queue("one")
            var epochs: [Int64] = []
            var tokens: Set<Int64> = []
            for round in 1..<poisonLimit {
                let lease = try await bench.claimOne(suspects: round - 1)
                tokens.insert(lease.token)
                try await bench.reopen()
                let report = try await bench.store.recover(now: bench.now)
                epochs.append(report.bootEpoch)
                #expect(report.interrupted == 1 && report.waiting == 1)
                #expect(try await bench.record(lease, .complete) == 1)
                #expect(try await bench.event(id).status == .retrying)
            }
            #expect(epochs == epochs.sorted() && Set(epochs).count == epochs.count)
            #expect(tokens.count == poisonLimit - 1)
            #expect(try await bench.claimOne(suspects: 1).attempt == poisonLimit)
        },
        StoreCheck("a poison event is set aside over restarts") { bench async throws in
            let id = try await bench.queue("poison")
            try await bench.queue("good")
            for round in 1...poisonLimit {
                let leases = try await bench.claim(limit: 2, suspects: 1)
                #expect(leases.contains { $0.event.id == id }, "round \(round)")
                for lease in leases where lease.event.id != id { try await bench.record(lease, .complete) }
                try await bench.reopen()
                let report = try await bench.store.recover(now: bench.now)
                #expect(report.poisoned == (round == poisonLimit ? 1 : 0))
                #expect(report.setAside.map(\.event) == (round == poisonLimit ? [id] : []))
            }
            #expect(try await bench.event(id).status == .dead)
            #expect(try await bench.store.statusCounts()[.completed] == 1)
        },
        StoreCheck("numbers of pruned events are not used again after a restart") { bench async throws in
            let id = try await bench.put(.sample("one", to: [])).id
            let late = bench.now.advanced(by: .seconds(10))
            #expect(try await bench.prune(RetentionPolicy(finished: .seconds(1)), at: late) == 1)
            try await bench.reopen()
            _ = try await bench.store.recover(now: late)
            #expect(try await bench.queue("two") > id)
        },
    ]
}
