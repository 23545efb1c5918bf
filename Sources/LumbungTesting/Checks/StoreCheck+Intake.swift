import LumbungCore
import Testing

extension StoreCheck {
    static let intake: [StoreCheck] = [
        StoreCheck("a destination keeps its number") { bench async throws in
            let again = try await bench.store.register(destinations: ["third", "second", "third"])
            #expect(again["first"] == bench.first && again["second"] == bench.second)
            #expect(Set(again.values).count == 3)
        },
        StoreCheck("a payload comes back byte for byte, by reading and by lease") { bench async throws in
            let payloads: [[UInt8]] = [
                Array("{}".utf8),
                Array("  {\r\n\t\"a\" : 1.0e+02 , \"\u{E9}\":\"\\u00e9\u{301}\" }  ".utf8),
                Array("{\"big\":\"\(String(repeating: "x", count: 1 << 20))\"}".utf8),
                Array("{\"n\":9007199254740993,\"a\":1,\"a\":2}".utf8),
            ]
            for (index, payload) in payloads.enumerated() {
                let sample = NewEvent.sample("event \(index)", payload: payload, to: [bench.first])
                let id = try await bench.put(sample).id
                let stored = try await bench.event(id).event
                #expect(stored.payload == payload && stored.digest == sample.digest)
                #expect(stored.headers == sample.headers)
                let leased = try await bench.claimOne().event
                #expect(leased.payload == payload && leased.digest == sample.digest)
                #expect(leased.headers == sample.headers && leased.id == id)
            }
        },
        StoreCheck("a new event is pending, untried and dated by its receipt") { bench async throws in
            let received = Timestamp(milliseconds: 1_700_000_000_123)
            let id = try await bench.queue("one", receivedAt: received)
            let stored = try await bench.event(id)
            #expect(stored.status == .pending && stored.attempts == 0 && !stored.isUnrouted)
            #expect(stored.createdAt == received && stored.updatedAt == received)
            #expect(stored.duplicates == 0 && stored.conflicts.isEmpty)
            let delivery = try await bench.delivery(id)
            #expect(delivery.status == .pending && delivery.dueAt == received && delivery.lastError.isEmpty)
            #expect(delivery.attempts == 0 && delivery.interruptions == 0 && delivery.history.isEmpty)
        },
        StoreCheck("numbers are positive and ascend over requests and within one") { bench async throws in
            var ids: [EventID] = []
            for request in 0..<5 {
                let events = (0..<4).map { NewEvent.sample("\(request)-\($0)", to: [bench.first]) }
                ids += try await bench.store.append(events).map(\.id)
            }
            #expect(ids == ids.sorted() && Set(ids).count == 20)
            #expect((ids.first?.value ?? 0) > 0)
        },
        StoreCheck("an unrouted event is stored and completed at once") { bench async throws in
            let id = try await bench.put(.sample("one", to: [])).id
            let stored = try await bench.event(id)
            #expect(stored.status == .completed && stored.isUnrouted && stored.deliveries.isEmpty)
            #expect(try await bench.put(.sample("one", to: [])).kind == .duplicate)
            let everywhere = [bench.claim(bench.first), bench.claim(bench.second)]
            let turn = try await bench.turn(claims: everywhere)
            #expect(turn.leases.isEmpty && turn.nextDueAt == nil)
        },
        StoreCheck("a request is stored as a whole or not at all") { bench async throws in
            let good = NewEvent.sample("good", to: [bench.first])
            let bad = NewEvent.sample("bad", to: [DestinationID(4711)])
            #expect(await bench.refusal(of: [good, bad]).isInvalid)
            #expect(try await bench.eventCount() == 0)
            #expect(try await bench.put(good).kind == .queued)
        },
        StoreCheck("a request that breaks a rule does no harm to those beside it") { bench async throws in
            let store = bench.store
            let (first, unknown) = (bench.first, DestinationID(4711))
            let kinds = try await withThrowingTaskGroup(of: AppendOutcome.Kind?.self) { group in
                for index in 0..<40 {
                    let target = index % 4 == 0 ? unknown : first
                    group.addTask {
                        try? await store.append([.sample("\(index)", to: [target])]).first?.kind
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(kinds.count { $0 == .queued } == 30)
            #expect(try await bench.eventCount() == 30)
        },
        StoreCheck("an event that names a destination twice or has no digest is refused") { bench async throws in
            var shortDigest = NewEvent.sample("short", to: [bench.first])
            shortDigest.digest = [1, 2, 3]
            for event in [NewEvent.sample("twice", to: [bench.first, bench.first]), shortDigest] {
                #expect(await bench.refusal(of: [event]).isInvalid)
            }
            #expect(try await bench.eventCount() == 0)
        },
        StoreCheck("an event nobody stored is nil") { bench async throws in
            for number in [0, -1, 1, Int64.max] { #expect(try await bench.store.event(EventID(number)) == nil) }
        },
        StoreCheck("a request whose deadline has passed is told so and not stored") { bench async throws in
            let late = NewEvent.sample("late", to: [bench.first])
            #expect(await bench.refusal(of: [late], deadline: .seconds(-1)) == .busy)
            #expect(try await bench.eventCount() == 0)
        },
    ]
}

extension StoreError? {
    fileprivate var isInvalid: Bool {
        if case .invalid = self { true } else { false }
    }
}
