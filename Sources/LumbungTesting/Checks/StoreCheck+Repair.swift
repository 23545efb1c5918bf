import LumbungCore
import Testing

extension StoreCheck {
    static let repair: [StoreCheck] = [
        StoreCheck("recovery voids leases; what was running is suspect, counted, and due at once") {
            bench async throws in
            let id = try await bench.queue("one")
            try await bench.queue("two")
            let lease = try await bench.claimOne()
            let start = bench.now.advanced(by: .seconds(2))
            let report = try await bench.store.recover(now: start)
            #expect(report.interrupted == 1 && report.poisoned == 0 && report.waiting == 2)
            let stored = try await bench.event(id)
            #expect(stored.status == .retrying && stored.attempts == 1 && stored.updatedAt == start)
            let delivery = try await bench.delivery(id)
            #expect(delivery.interruptions == 1 && delivery.dueAt == start && !delivery.lastError.isEmpty)
            #expect(try await bench.record(lease, .complete, endedAt: start) == 1, "the old token is fenced")
            #expect(try await bench.claim(at: start).map(\.event.identity) == ["two"], "not an ordinary claim's")
            let again = try await bench.claimOne(suspects: 1, at: start)
            #expect(again.event.id == id && again.attempt == 2 && again.isSuspect)
            #expect(again.token != lease.token)
        },
        StoreCheck("suspects are handed out through their own limit") { bench async throws in
            for index in 0..<3 { try await bench.queue("\(index)") }
            _ = try await bench.claim()
            _ = try await bench.store.recover(now: bench.now)
            try await bench.queue("fresh")
            let none = try await bench.turn(claims: [bench.claim(bench.first, 0)])
            #expect(none.leases.isEmpty && none.nextDueAt == nil)
            let turn = try await bench.turn(claims: [bench.claim(bench.first, suspects: 1)])
            #expect(turn.leases.map(\.event.identity) == ["0", "fresh"])
            #expect(turn.leases.map(\.isSuspect) == [true, false])
            #expect(turn.nextDueAt == bench.now, "suspects that wait are due")
        },
        StoreCheck("one suspect in all is handed out, whatever the number of destinations") { bench async throws in
            let both = [bench.first, bench.second]
            _ = try await bench.put(.sample("one", receivedAt: bench.now, to: both))
            _ = try await bench.turn(claims: both.map { bench.claim($0) })
            _ = try await bench.store.recover(now: bench.now)
            let turn = try await bench.turn(claims: both.map { bench.claim($0, suspects: 1) })
            #expect(turn.leases.count == 1)
        },
        StoreCheck("a suspect that ends in order is an ordinary delivery again") { bench async throws in
            let id = try await bench.queue("one")
            _ = try await bench.claimOne()
            _ = try await bench.store.recover(now: bench.now)
            try await bench.record(try await bench.claimOne(suspects: 1), .retry(at: bench.now))
            let lease = try await bench.claimOne()
            #expect(lease.attempt == 3 && !lease.isSuspect)
            #expect(try await bench.delivery(id).interruptions == 1)
        },
        StoreCheck("a released suspect stays suspect") { bench async throws in
            try await bench.queue("one")
            _ = try await bench.claimOne()
            _ = try await bench.store.recover(now: bench.now)
            let lease = try await bench.claimOne(suspects: 1)
            try await bench.record(lease, .release, outcome: AttemptOutcome(kind: .interrupted))
            #expect(try await bench.claim().isEmpty)
            let again = try await bench.claimOne(suspects: 1)
            #expect(again.isSuspect && again.attempt == 2)
        },
        StoreCheck("a poison event is set aside after three attempts that ended with the process") {
            bench async throws in
            let id = try await bench.queue("poison")
            for round in 1...poisonLimit {
                let suspects = round == 1 ? 0 : 1
                #expect(try await bench.claimOne(suspects: suspects).attempt == round)
                let report = try await bench.store.recover(now: bench.now)
                let isLast = round == poisonLimit
                #expect(report.poisoned == (isLast ? 1 : 0) && report.interrupted == (isLast ? 0 : 1))
                #expect(report.waiting == (isLast ? 0 : 1))
                #expect(try await bench.event(id).status == (isLast ? .dead : .retrying))
            }
            let stored = try await bench.event(id)
            #expect(stored.attempts == poisonLimit)
            #expect(stored.deliveries.first?.interruptions == poisonLimit)
            #expect(stored.deliveries.first?.lastError.isEmpty == false)
            #expect(try await bench.claim(suspects: 1).isEmpty)
            #expect(try await bench.put(.sample("poison", to: [bench.first])).kind == .revived)
            let fresh = try await bench.claimOne()
            #expect(fresh.attempt == 1 && !fresh.isSuspect)
            #expect(try await bench.delivery(id).interruptions == 0)
        },
        StoreCheck("recovery of a recovered store finds nothing, and every boot has a higher number") {
            bench async throws in
            try await bench.queue("one")
            try await bench.queue("two")
            _ = try await bench.claimOne()
            let first = try await bench.store.recover(now: bench.now)
            let second = try await bench.store.recover(now: bench.now)
            #expect(second.interrupted == 0 && second.poisoned == 0 && second.waiting == first.waiting)
            #expect(second.bootEpoch > first.bootEpoch && first.bootEpoch > 0)
            #expect(try await bench.claim(suspects: 1).count == 2)
        },
        StoreCheck("reclaiming takes ended leases back, except those still held") { bench async throws in
            for index in 0..<3 { try await bench.queue("\(index)") }
            let leases = try await bench.claim()
            try #require(leases.count == 3)
            let end = bench.now.advanced(by: .seconds(60))
            let held = [StoreBench.record(leases[1], .complete).lease]
            let early = end.advanced(by: .milliseconds(-1))
            #expect(try await bench.store.reclaim(now: early, except: []).returned == 0)
            #expect(try await bench.store.reclaim(now: end, except: held).returned == 2)
            #expect(try await bench.store.reclaim(now: end, except: held).returned == 0)
            #expect(try await bench.record(leases[0], .complete, endedAt: end) == 1, "taken back")
            #expect(try await bench.record(leases[1], .complete, endedAt: end) == 0, "still held")
            let again = try await bench.claim(suspects: 1, at: end)
            #expect(again.map(\.event.identity) == ["0"] && again.map(\.isSuspect) == [true])
        },
        StoreCheck("reclaiming also ends at poison") { bench async throws in
            let id = try await bench.queue("one")
            var time = bench.now
            for round in 1...poisonLimit {
                _ = try await bench.claimOne(suspects: round == 1 ? 0 : 1, at: time)
                time = time.advanced(by: .seconds(60))
                let report = try await bench.store.reclaim(now: time, except: [])
                #expect(report.returned == 1 && report.poisoned == (round == poisonLimit ? 1 : 0))
                #expect(report.setAside.map(\.event) == (round == poisonLimit ? [id] : []))
            }
            #expect(try await bench.event(id).status == .dead)
        },
    ]
}
