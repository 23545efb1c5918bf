import LumbungTesting
import Testing

@testable import LumbungCore

@Suite struct DispatchStateTests {
    private func destination(_ id: Int64, concurrency: Int = 5, immediate: Bool = false, paused: Bool = false)
        -> DispatchState.Destination
    {
        DispatchState.Destination(
            id: DestinationID(id), concurrency: concurrency, isImmediate: immediate, isPaused: paused)
    }

    private func lease(_ event: Int64, to destination: Int64, suspect: Bool = false, bytes: Int = 0) -> Lease {
        let content = EventContent(payload: [UInt8](repeating: 0, count: bytes), digest: [], headers: "{}")
        return Lease(
            event: LeasedEvent(id: EventID(event), source: "s", identity: "\(event)", type: "", content: content),
            destination: DestinationID(destination), token: event, attempt: 1, isSuspect: suspect, fanout: 1)
    }

    /// Hands leases out and lets them begin, as far as they may.
    @discardableResult
    private func begin(_ leases: [Lease], _ state: inout DispatchState, now: Duration = .zero) -> [Lease] {
        state.leased(leases)
        var begun: [Lease] = []
        while case let next = state.next(now: now), !next.isEmpty { begun += next }
        return begun
    }

    /// Lets an attempt to each destination succeed.
    private func prove(_ state: inout DispatchState, _ ids: Int64...) {
        for id in ids {
            begin([lease(999, to: id)], &state)
            state.ended(lease(999, to: id), .succeeded, now: .zero, jitter: 0)
        }
    }

    @Test func `an idle engine asks for as much as its workers can run`() {
        let state = DispatchState(workerCount: 5, bufferLimit: 1000, destinations: [destination(1, concurrency: 9)])
        let claim = Turn.Claim(destination: DestinationID(1), limit: 5, suspectLimit: 1, pool: .unproven)
        #expect(state.demand(now: .zero)?.claims == [claim])
    }

    @Test func `a destination's own limit holds`() {
        let state = DispatchState(workerCount: 5, bufferLimit: 1000, destinations: [destination(1, concurrency: 2)])
        #expect(state.demand(now: .zero)?.claims.first?.limit == 2)
    }

    @Test func `as much again is asked for ahead of the workers, and none of it runs beyond the limits`() {
        var state = DispatchState(workerCount: 5, bufferLimit: 1000, destinations: [destination(1, concurrency: 3)])
        prove(&state, 1)
        #expect(state.demand(now: .zero)?.claims.first?.limit == 6)
        #expect(begin((1...6).map { lease($0, to: 1) }, &state).map(\.event.id.value) == [1, 2, 3])
        #expect(state.demand(now: .zero) == nil && state.leasesReady == 3 && state.leasesInFlight == 6)
        state.ended(lease(1, to: 1), .succeeded, now: .zero, jitter: 0)
        #expect(state.next(now: .zero).map(\.event.id.value) == [4], "no turn of the store is between them")
        #expect(state.demand(now: .zero)?.claims.first?.limit == 1)
    }

    @Test func `nothing is asked for ahead of the workers while large payloads are ready`() {
        var state = DispatchState(workerCount: 3, bufferLimit: 1000, destinations: [destination(1, concurrency: 2)])
        prove(&state, 1)
        begin((1...3).map { lease($0, to: 1, bytes: DispatchState.readyBytes) }, &state)
        #expect(state.leasesReady == 1)
        #expect(state.demand(now: .zero) == nil, "two run, and one waits that is large enough")
        #expect(state.withdraw(now: .zero).isEmpty, "it is not sent back for that")
        state.ended(lease(1, to: 1), .succeeded, now: .zero, jitter: 0)
        #expect(state.next(now: .zero).map(\.event.id.value) == [3])
        #expect(state.demand(now: .zero)?.claims.first?.limit == 2)
    }

    @Test func `one of several destinations never holds the last worker`() {
        var state = DispatchState(
            workerCount: 5, bufferLimit: 1000, destinations: [destination(1), destination(2)])
        prove(&state, 1, 2)
        #expect(begin((1...8).map { lease($0, to: 1) }, &state).count == 4)
        let claim = Turn.Claim(destination: DestinationID(2), limit: 2, suspectLimit: 1, pool: .worker)
        #expect(state.demand(now: .zero)?.claims == [claim])
        #expect(begin([lease(9, to: 2)], &state).map(\.event.id.value) == [9])
    }

    @Test func `whoever holds nothing finds room, whatever the others hold`() throws {
        var state = DispatchState(
            workerCount: 4, bufferLimit: 1000, destinations: (1...6).map { destination(Int64($0)) })
        prove(&state, 1, 2, 3, 4, 5, 6)
        begin([1, 2].flatMap { to in (1...4).map { lease($0 + 10 * to, to: to) } }, &state)
        #expect(state.leasesInFlight == 8, "two for each worker")
        let demand = try #require(state.demand(now: .zero))
        #expect(demand.claims.map(\.destination.value).sorted() == [3, 4, 5, 6])
        #expect(demand.claims.allSatisfy { $0.limit >= 1 } && demand.workerLimit == 4)
    }

    @Test func `workers take from the destinations in turn`() {
        var state = DispatchState(
            workerCount: 9, bufferLimit: 100, destinations: [destination(1), destination(2), destination(3)])
        prove(&state, 1, 2, 3)
        let begun = begin((1...3).map { lease($0, to: 1) } + [lease(4, to: 2), lease(5, to: 3)], &state)
        #expect(begun.map(\.destination.value) == [1, 2, 3, 1, 1])
    }

    @Test func `everybody who has room is asked for, however few workers are free`() {
        let state = DispatchState(
            workerCount: 2, bufferLimit: 1000, destinations: (1...6).map { destination(Int64($0)) })
        #expect(state.demand(now: .zero)?.claims.map(\.destination.value).sorted() == [1, 2, 3, 4, 5, 6])
        #expect(state.demand(now: .zero)?.unprovenLimit == 1)
    }

    @Test func `destinations that are not known to be well have their share and never the last worker`() throws {
        var state = DispatchState(
            workerCount: 6, bufferLimit: 1000, destinations: [destination(1), destination(2), destination(3)])
        prove(&state, 3)
        #expect(state.demand(now: .zero)?.claims.first { $0.destination.value == 1 }?.limit == 2)
        begin([1, 2].map { lease($0, to: 1) } + [3, 4].map { lease($0, to: 2) }, &state)
        #expect(state.demand(now: .zero)?.claims.map(\.destination.value) == [3], "both have their share")
        state.ended(lease(1, to: 1), .failed, now: .zero, jitter: 0)
        #expect(state.demand(now: .zero)?.unprovenLimit == 2)
        state.ended(lease(2, to: 1), .succeeded, now: .zero, jitter: 0)
        #expect(state.demand(now: .zero)?.claims.first { $0.destination.value == 1 }?.limit == 9)
    }

    @Test func `as much is asked for ahead as the others leave, and never less than a share`() {
        var state = DispatchState(
            workerCount: 8, bufferLimit: 100, destinations: [destination(1, concurrency: 9), destination(2)])
        prove(&state, 1, 2)
        #expect(state.demand(now: .zero)?.claims.first { $0.destination.value == 1 }?.limit == 14)
        begin((1...3).map { lease($0, to: 2) }, &state)
        #expect(state.demand(now: .zero)?.claims.first { $0.destination.value == 1 }?.limit == 12)
        state.leased((4...8).map { lease($0, to: 2) })
        #expect(state.demand(now: .zero)?.claims.first { $0.destination.value == 1 }?.limit == 8, "sixteen in all")
    }

    @Test func `one that fails runs no more than its share of what it was given while it was well`() {
        var state = DispatchState(
            workerCount: 4, bufferLimit: 100, destinations: [destination(1), destination(2)])
        prove(&state, 1)
        #expect(begin((1...5).map { lease($0, to: 1) }, &state).count == 3)
        state.ended(lease(1, to: 1), .failed, now: .zero, jitter: 0)
        #expect(state.withdraw(now: .zero).isEmpty, "the next success may come at once")
        #expect(state.next(now: .zero).isEmpty)
        state.ended(lease(2, to: 1), .failed, now: .zero, jitter: 0)
        #expect(state.next(now: .zero).map(\.event.id.value) == [4])
    }

    @Test func `one that nobody knows yet gets one attempt with the last worker, and only one does`() throws {
        var state = DispatchState(
            workerCount: 2, bufferLimit: 100, destinations: [destination(1), destination(2), destination(3)])
        begin([lease(1, to: 1)], &state)
        let demand = try #require(state.demand(now: .zero))
        #expect(demand.claims.map(\.limit) == [1] && demand.claims.first?.pool == .worker)
        let second = demand.claims[0].destination.value
        #expect(begin([lease(2, to: second)], &state).count == 1)
        #expect(state.demand(now: .zero) == nil, "the third waits until one of the two is known")
    }

    @Test func `one that nobody knows yet leaves the last worker to one that is well and has work`() {
        var state = DispatchState(
            workerCount: 2, bufferLimit: 100, destinations: [destination(1), destination(2), destination(3)])
        prove(&state, 3)
        state.leased([lease(1, to: 1), lease(2, to: 2), lease(3, to: 3), lease(4, to: 3)])
        var begun: [Int64] = []
        for _ in 0..<2 { begun += state.next(now: .zero).map(\.destination.value) }
        #expect(begun == [1, 3])
        state.ended(lease(3, to: 3), .succeeded, now: .zero, jitter: 0)
        #expect(state.next(now: .zero).map(\.event.id.value) == [4])
        state.ended(lease(4, to: 3), .succeeded, now: .zero, jitter: 0)
        #expect(state.next(now: .zero).map(\.event.id.value) == [2])
    }

    @Test func `what waits for a worker goes back when its destination is paused, gone or wants a pause`() {
        for held in [true, false] {
            var state = DispatchState(workerCount: 2, bufferLimit: 100, destinations: [destination(1), destination(2)])
            prove(&state, 1)
            begin([1, 2].map { lease($0, to: 1) }, &state)
            if held { state.pause(DestinationID(1), true) } else { state.configure([destination(2)]) }
            #expect(state.withdraw(now: .zero).map(\.event.id.value) == [2])
            #expect(state.leasesInFlight == 1 && state.next(now: .zero).isEmpty)
        }
        var state = DispatchState(workerCount: 1, bufferLimit: 100, destinations: [destination(1)])
        prove(&state, 1)
        begin([1, 2].map { lease($0, to: 1) }, &state)
        state.ended(lease(1, to: 1), .throttled(.seconds(5)), now: .zero, jitter: 0)
        #expect(state.withdraw(now: .zero).map(\.event.id.value) == [2])
        #expect(state.demand(now: .seconds(5))?.claims.first?.limit == 1)
    }

    @Test func `what was given before a rate was lowered does not run beyond it`() {
        var state = DispatchState(workerCount: 4, bufferLimit: 100, destinations: [destination(1)])
        prove(&state, 1)
        state.leased((1...6).map { lease($0, to: 1) })
        var slow = destination(1)
        slow.rate = DeliveryRate(count: 1, period: .seconds(60))
        state.configure([slow])
        #expect(state.withdraw(now: .zero).map(\.event.id.value) == [2, 3, 4, 5, 6])
        #expect(state.next(now: .zero).map(\.event.id.value) == [1])
    }

    @Test func `leases of a destination that went while the store was at it go back`() {
        var state = DispatchState(workerCount: 2, bufferLimit: 100, destinations: [destination(1)])
        state.leased([lease(1, to: 2)])
        #expect(state.next(now: .zero).isEmpty && state.withdraw(now: .zero).map(\.event.id.value) == [1])
        #expect(state.leasesInFlight == 0)
    }

    @Test func `other destinations keep what is known and in flight of those that stay`() {
        var state = DispatchState(workerCount: 5, bufferLimit: 100, destinations: [destination(1), destination(2)])
        begin([lease(1, to: 1), lease(2, to: 2)], &state)
        state.configure([destination(2, concurrency: 1), destination(3)])
        #expect(state.demand(now: .zero)?.claims.map(\.destination.value).sorted() == [3], "2 has its one attempt")
        #expect(state.leasesInFlight == 2)
        state.ended(lease(1, to: 1), .failed, now: .zero, jitter: 0)
        state.ended(lease(2, to: 2), .succeeded, now: .zero, jitter: 0)
        #expect(state.leasesInFlight == 0)
        #expect(state.demand(now: .zero)?.claims.map(\.destination.value).sorted() == [2, 3])
    }

    @Test func `a destination that waits now keeps of a batch what it may have, and gives back the rest`() {
        var state = DispatchState(workerCount: 2, bufferLimit: 100, destinations: [destination(1, immediate: true)])
        state.leased((1...30).map { lease($0, to: 1) })
        #expect(state.next(now: .zero).count == 15, "a share for each worker")
        state.configure([destination(1)])
        #expect(state.withdraw(now: .zero).count == 15, "more run than it may have")
        for event in 1...15 { state.ended(lease(Int64(event), to: 1), .silent, now: .zero, jitter: 0) }
        #expect(state.demand(now: .zero)?.claims.first?.limit == 2)
    }

    @Test(arguments: [false, true])
    func `whether a destination is well is found out anew when it goes somewhere else`(isRenewed: Bool) {
        var state = DispatchState(workerCount: 5, bufferLimit: 100, destinations: [destination(1)])
        for event in 1...10 {
            begin([lease(Int64(event), to: 1)], &state)
            state.ended(lease(Int64(event), to: 1), .failed, now: .zero, jitter: 0)
        }
        #expect(state.demand(now: .zero) == nil, "it rests")
        state.configure([destination(1, concurrency: 3)], renewed: isRenewed ? [DestinationID(1)] : [])
        #expect(state.demand(now: .zero)?.claims.first?.limit == (isRenewed ? 3 : nil))
    }

    @Test(arguments: [false, true])
    func `a rate that stays the same stays used up`(isRenewed: Bool) {
        var limited = destination(1)
        limited.rate = DeliveryRate(count: 1, period: .seconds(1))
        var state = DispatchState(workerCount: 5, bufferLimit: 100, destinations: [limited])
        begin([lease(1, to: 1)], &state)
        state.configure([limited], renewed: isRenewed ? [limited.id] : [])
        #expect(state.demand(now: .zero) == nil)
        limited.rate = DeliveryRate(count: 2, period: .seconds(1))
        state.configure([limited], renewed: isRenewed ? [limited.id] : [])
        #expect(state.demand(now: .zero)?.claims.first?.limit == 1)
    }

    @Test func `each turn begins with another destination, so that none is always served first`() {
        var state = DispatchState(
            workerCount: 1, bufferLimit: 1000, destinations: [destination(1), destination(2), destination(3)])
        var first: [Int64] = []
        for _ in 0..<6 {
            first.append(state.demand(now: .zero)?.claims.first?.destination.value ?? 0)
            state.leased([])
        }
        #expect(first == [1, 2, 3, 1, 2, 3])
    }

    @Test func `a paused destination is not asked for`() {
        let state = DispatchState(workerCount: 5, bufferLimit: 10, destinations: [destination(1, paused: true)])
        #expect(state.demand(now: .zero) == nil)
    }

    @Test(arguments: [1, 10, 255, 256, 257, 1000])
    func `an immediate destination gets a batch within the buffer`(buffer: Int) {
        let state = DispatchState(workerCount: 5, bufferLimit: buffer, destinations: [destination(1, immediate: true)])
        #expect(state.demand(now: .zero)?.claims.first?.limit == min(buffer, DispatchState.immediateBatch))
        #expect(state.demand(now: .zero)?.leaseLimit ?? 0 <= buffer)
    }

    @Test func `one suspect at a time`() {
        var state = DispatchState(workerCount: 5, bufferLimit: 1000, destinations: [destination(1)])
        begin([lease(1, to: 1, suspect: true)], &state)
        #expect(state.demand(now: .zero)?.claims.first?.suspectLimit == 0)
        state.ended(lease(1, to: 1, suspect: true), .succeeded, now: .zero, jitter: 0)
        #expect(state.demand(now: .zero)?.claims.first?.suspectLimit == 1)
    }

    @Test(arguments: 0..<40)
    func `whatever is leased and ended, no limit is passed and everything comes back`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let destinations = [destination(1, concurrency: 3), destination(2, immediate: true), destination(3)]
        let (workers, buffer) = (Int.random(in: 1...6, using: &random), Int.random(in: 1...40, using: &random))
        var state = DispatchState(workerCount: workers, bufferLimit: buffer, destinations: destinations)
        var (given, running): ([Lease], [Lease]) = ([], [])
        var next: Int64 = 1
        var now = Duration.zero
        for _ in 0..<400 {
            now += .milliseconds(Int.random(in: 0...4000, using: &random))
            let choice = Int.random(in: 0..<4, using: &random)
            if choice == 0, let demand = state.demand(now: now) {
                let handed = answer(demand, &next, &random)
                state.leased(handed)
                given += handed
                for lease in state.withdraw(now: now) { given.removeAll { $0.token == lease.token } }
            } else if choice == 1, !running.isEmpty {
                let endings: [AttemptEnding] = [.succeeded, .succeeded, .failed, .silent, .throttled(.seconds(1))]
                let ending = endings.randomElement(using: &random) ?? .silent
                let lease = running.remove(at: Int.random(in: running.indices, using: &random))
                given.removeAll { $0.token == lease.token }
                state.ended(lease, ending, now: now, jitter: 0.5)
                for lease in state.withdraw(now: now) { given.removeAll { $0.token == lease.token } }
            } else if running.count(where: { $0.destination.value != 2 }) < workers {
                running += state.next(now: now)
            }
            #expect(state.leasesInFlight == given.count && state.leasesReady == given.count - running.count)
            #expect(given.count <= buffer, "seed \(seed)")
            #expect(given.count { $0.destination.value != 2 } <= 2 * workers + 2, "seed \(seed)")
            #expect(running.count(where: { $0.destination.value == 1 }) <= min(3, max(1, workers - 1)), "seed \(seed)")
            #expect(running.count(where: { $0.destination.value == 3 }) <= max(1, workers - 1), "seed \(seed)")
        }
        for lease in state.withdrawAll() { given.removeAll { $0.token == lease.token } }
        for lease in given { state.ended(lease, .succeeded, now: now, jitter: 0) }
        #expect(state.leasesInFlight == 0 && state.leasesReady == 0)
        #expect(state.demand(now: now + .seconds(400)) != nil)
    }

    /// Leases as a store may give them: within every limit, and not always all.
    private func answer(_ demand: DispatchState.Demand, _ next: inout Int64, _ random: inout SeededGenerator) -> [Lease]
    {
        var turn = Turn(
            records: [], claims: demand.claims, leaseLimit: demand.leaseLimit, now: Timestamp(milliseconds: 0),
            leaseUntil: Timestamp(milliseconds: 0))
        (turn.workerLimit, turn.unprovenLimit) = (demand.workerLimit, demand.unprovenLimit)
        var budget = LeaseBudget(turn)
        var handed: [Lease] = []
        for claim in demand.claims {
            let room = min(claim.limit, budget.room(for: claim, isSuspect: false))
            for _ in 0..<Int.random(in: 0...max(0, room), using: &random) {
                handed.append(lease(next, to: claim.destination.value))
                budget.take(handed[handed.count - 1], of: claim)
                next += 1
            }
        }
        return handed
    }
}
