import LumbungCore
import Testing

extension StoreCheck {
    static let claiming: [StoreCheck] = [
        StoreCheck("a lease says when its event was received, on every attempt") { bench async throws in
            let received = bench.now.advanced(by: .milliseconds(-12_345))
            try await bench.queue("one", receivedAt: received)
            let first = try await bench.claimOne()
            try await bench.record(first, .retry(at: bench.now))
            #expect(first.event.receivedAt == received)
            #expect(try await bench.claimOne().event.receivedAt == received)
        },
        StoreCheck("the oldest due is handed out first, ties by number") { bench async throws in
            for (identity, age) in [("c", 1), ("a", 3), ("b", 2), ("d", 1)] {
                try await bench.queue(identity, receivedAt: bench.now.advanced(by: .seconds(-age)))
            }
            #expect(try await bench.claim().map(\.event.identity) == ["a", "b", "c", "d"])
        },
        StoreCheck("nothing is handed out before it is due") { bench async throws in
            let due = bench.now.advanced(by: .milliseconds(1))
            try await bench.queue("one", receivedAt: due)
            let early = try await bench.turn(claims: [bench.claim(bench.first)])
            #expect(early.leases.isEmpty && early.nextDueAt == due)
            #expect(try await bench.claim(at: due).count == 1)
        },
        StoreCheck("a lease carries what an attempt needs, and counts it before it runs") { bench async throws in
            let id = try await bench.queue("one")
            let lease = try await bench.claimOne()
            #expect(lease.event.id == id && lease.destination == bench.first)
            #expect(
                lease.event.source == "shop" && lease.event.identity == "one" && lease.event.type == "SALES_RECEIPT")
            #expect(lease.attempt == 1 && !lease.isSuspect && lease.fanout == 1)
            let stored = try await bench.event(id)
            #expect(stored.status == .processing && stored.attempts == 1 && stored.updatedAt == bench.now)
            let delivery = try await bench.delivery(id)
            #expect(delivery.status == .processing && delivery.attempts == 1)
            #expect(delivery.dueAt == nil, "dueAt is said to be there while a delivery waits")
        },
        StoreCheck("a lease is handed out once") { bench async throws in
            for index in 0..<10 { try await bench.queue("\(index)") }
            let first = try await bench.claim(limit: 6)
            let second = try await bench.claim(limit: 6)
            #expect(first.count == 6 && second.count == 4)
            #expect(Set((first + second).map(\.event.id)).count == 10)
            #expect(Set((first + second).map(\.token)).count == 10)
            let late = bench.now.advanced(by: .seconds(3600))
            #expect(try await bench.claim(suspects: 1, at: late).isEmpty, "an ended lease is not claimable by itself")
        },
        StoreCheck("concurrent turns never share a delivery") { bench async throws in
            for index in 0..<60 { try await bench.queue("\(index)") }
            let (store, claim, now) = (bench.store, bench.claim(bench.first, 5), bench.now)
            let leases = try await withThrowingTaskGroup(of: [Lease].self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await store.turn(
                            Turn(
                                records: [], claims: [claim], leaseLimit: 5, now: now,
                                leaseUntil: now.advanced(by: .seconds(9)))
                        ).leases
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(leases.count == 60 && Set(leases.map(\.event.id)).count == 60)
        },
        StoreCheck("each destination has its own deliveries and its own limit") { bench async throws in
            for index in 0..<4 {
                _ = try await bench.put(.sample("\(index)", to: [bench.first, bench.second]))
            }
            let turn = try await bench.turn(claims: [bench.claim(bench.first, 3), bench.claim(bench.second, 1)])
            #expect(turn.leases.count { $0.destination == bench.first } == 3)
            #expect(turn.leases.count { $0.destination == bench.second } == 1)
            #expect(turn.leases.allSatisfy { $0.fanout == 2 })
            let rest = try await bench.turn(claims: [bench.claim(bench.second)])
            #expect(rest.leases.map(\.event.identity) == ["1", "2", "3"])
        },
        StoreCheck("the limits of workers hold over all claims, and batches do not count") { bench async throws in
            for index in 0..<6 { _ = try await bench.put(.sample("\(index)", to: [bench.first, bench.second])) }
            let claims = [
                Turn.Claim(destination: bench.first, limit: 6, suspectLimit: 0, pool: .unproven),
                Turn.Claim(destination: bench.second, limit: 6, suspectLimit: 0, pool: .worker),
            ]
            var turn = Turn(
                records: [], claims: claims, leaseLimit: 100, now: bench.now,
                leaseUntil: bench.now.advanced(by: .seconds(60)))
            (turn.workerLimit, turn.unprovenLimit) = (5, 2)
            let result = try await bench.store.turn(turn)
            #expect(result.leases.count { $0.destination == bench.first } == 2)
            #expect(result.leases.count { $0.destination == bench.second } == 3)
            #expect(result.nextDueAt == bench.now, "more is due than the limits allowed")
            turn.claims = claims.map {
                Turn.Claim(destination: $0.destination, limit: 6, suspectLimit: 0, pool: .batch)
            }
            (turn.workerLimit, turn.unprovenLimit) = (0, 0)
            #expect(try await bench.store.turn(turn).leases.count == 7)
        },
        StoreCheck("open deliveries are counted by destination") { bench async throws in
            #expect(try await bench.store.openDeliveries() == [:])
            for index in 0..<3 { _ = try await bench.put(.sample("\(index)", to: [bench.first, bench.second])) }
            try await bench.finish(.complete)
            #expect(try await bench.store.openDeliveries() == [bench.second: 3])
            _ = try await bench.turn(claims: [bench.claim(bench.second, 1)])
            #expect(try await bench.store.openDeliveries() == [bench.second: 3], "what runs is open as well")
        },
        StoreCheck("an unclaimed destination is left alone") { bench async throws in
            _ = try await bench.put(.sample("one", to: [bench.second]))
            let turn = try await bench.turn(claims: [bench.claim(bench.first)])
            #expect(turn.leases.isEmpty && turn.nextDueAt == nil)
            #expect(try await bench.turn(claims: []).leases.isEmpty)
        },
    ]

    static let limits: [StoreCheck] = [
        StoreCheck("a claim's limit holds at one less, exactly and one more") { bench async throws in
            for index in 0..<5 { try await bench.queue("\(index)") }
            for (limit, expected) in [(0, 0), (2, 2), (2, 2), (2, 1), (2, 0)] {
                #expect(try await bench.claim(limit: limit).count == expected)
            }
        },
        StoreCheck("the lease limit holds over all claims of a turn") { bench async throws in
            for index in 0..<4 {
                _ = try await bench.put(.sample("\(index)", to: [bench.first, bench.second]))
            }
            let claims = [bench.claim(bench.first, 3), bench.claim(bench.second, 3)]
            #expect(try await bench.turn(claims: claims, leaseLimit: 0).leases.isEmpty)
            let turn = try await bench.turn(claims: claims, leaseLimit: 4)
            #expect(turn.leases.map(\.destination) == [bench.first, bench.first, bench.first, bench.second])
            #expect(turn.nextDueAt == bench.now, "more is due than the limits allowed")
        },
        StoreCheck("the byte limit holds at one less, exactly and one more") { bench async throws in
            let payload = Array("\"\(String(repeating: "x", count: 98))\"".utf8)
            for index in 0..<6 {
                _ = try await bench.put(.sample("\(index)", payload: payload, to: [bench.first]))
            }
            for (bytes, expected) in [(199, 1), (200, 2), (201, 2)] {
                let turn = try await bench.turn(claims: [bench.claim(bench.first)], byteLimit: bytes)
                #expect(turn.leases.count == expected, "\(bytes) bytes")
                #expect(turn.nextDueAt == bench.now)
            }
        },
        StoreCheck("one lease is allowed whatever its size, and only one") { bench async throws in
            for index in 0..<3 { _ = try await bench.put(.sample("\(index)", to: [bench.first, bench.second])) }
            let claims = [bench.claim(bench.first), bench.claim(bench.second)]
            for bytes in [0, 1] {
                let turn = try await bench.turn(claims: claims, byteLimit: bytes)
                #expect(turn.leases.count == 1, "\(bytes) bytes")
            }
        },
        StoreCheck("the next due time is the earliest that was claimed and not handed out") { bench async throws in
            let later = bench.now.advanced(by: .seconds(7))
            let latest = bench.now.advanced(by: .seconds(9))
            try await bench.queue("one")
            _ = try await bench.put(.sample("two", receivedAt: latest, to: [bench.first]))
            _ = try await bench.put(.sample("three", receivedAt: later, to: [bench.second]))
            let claims = [bench.claim(bench.first), bench.claim(bench.second)]
            let turn = try await bench.turn(claims: claims)
            #expect(turn.leases.count == 1 && turn.nextDueAt == later)
            #expect(try await bench.turn(claims: [bench.claim(bench.first)]).nextDueAt == latest)
            #expect(try await bench.turn(claims: [bench.claim(bench.first, 0)]).nextDueAt == nil)
        },
    ]
}
