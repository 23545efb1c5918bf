import LumbungCore
import LumbungTesting
import Testing

@Suite struct DispatchStateTests {
    private func destination(_ id: Int64, concurrency: Int = 5, immediate: Bool = false, paused: Bool = false)
        -> DispatchState.Destination
    {
        DispatchState.Destination(
            id: DestinationID(id), concurrency: concurrency, isImmediate: immediate, isPaused: paused)
    }

    private func lease(_ event: Int64, to destination: Int64, suspect: Bool = false) -> Lease {
        let content = EventContent(payload: [], digest: [], headers: "{}")
        return Lease(
            event: LeasedEvent(id: EventID(event), source: "s", identity: "\(event)", type: "", content: content),
            destination: DestinationID(destination), token: event, attempt: 1, isSuspect: suspect, fanout: 1)
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

    @Test func `one of several destinations never holds the last worker`() {
        var state = DispatchState(
            workerCount: 5, bufferLimit: 1000, destinations: [destination(1), destination(2)])
        prove(&state, 1, 2)
        state.leased((1...4).map { lease($0, to: 1) }, now: .zero)
        let claim = Turn.Claim(destination: DestinationID(2), limit: 1, suspectLimit: 1, pool: .worker)
        #expect(state.demand(now: .zero)?.claims == [claim])
    }

    /// Lets an attempt to each destination succeed.
    private func prove(_ state: inout DispatchState, _ ids: Int64...) {
        for id in ids {
            state.leased([lease(999, to: id)], now: .zero)
            state.ended(lease(999, to: id), .succeeded, now: .zero, jitter: 0)
        }
    }

    @Test func `everybody who has room is asked for, however few workers are free`() {
        let state = DispatchState(
            workerCount: 2, bufferLimit: 1000, destinations: (1...6).map { destination(Int64($0)) })
        #expect(state.demand(now: .zero)?.claims.map(\.destination.value).sorted() == [1, 2, 3, 4, 5, 6])
        #expect(state.demand(now: .zero)?.workerLimit == 2)
        #expect(state.demand(now: .zero)?.unprovenLimit == 1)
    }

    @Test func `destinations that are not known to be well have their share and never the last worker`() throws {
        var state = DispatchState(
            workerCount: 6, bufferLimit: 1000, destinations: [destination(1), destination(2), destination(3)])
        prove(&state, 3)
        #expect(state.demand(now: .zero)?.claims.first { $0.destination.value == 1 }?.limit == 2)
        state.leased([1, 2].map { lease($0, to: 1) } + [3, 4].map { lease($0, to: 2) }, now: .zero)
        let demand = try #require(state.demand(now: .zero))
        #expect(demand.claims.map(\.destination.value) == [3], "both have their share")
        #expect(demand.workerLimit == 2)
        state.ended(lease(1, to: 1), .failed, now: .zero, jitter: 0)
        #expect(state.demand(now: .zero)?.unprovenLimit == 2)
        state.ended(lease(2, to: 1), .succeeded, now: .zero, jitter: 0)
        #expect(state.demand(now: .zero)?.claims.first { $0.destination.value == 1 }?.limit == 4)
    }

    @Test func `other destinations keep what is known and in flight of those that stay`() {
        var state = DispatchState(workerCount: 5, bufferLimit: 100, destinations: [destination(1), destination(2)])
        state.leased([lease(1, to: 1), lease(2, to: 2)], now: .zero)
        state.configure([destination(2, concurrency: 1), destination(3)])
        #expect(state.demand(now: .zero)?.claims.map(\.destination.value).sorted() == [3], "2 has its one attempt")
        #expect(state.leasesInFlight == 2)
        state.ended(lease(1, to: 1), .failed, now: .zero, jitter: 0)
        state.ended(lease(2, to: 2), .succeeded, now: .zero, jitter: 0)
        #expect(state.leasesInFlight == 0)
        #expect(state.demand(now: .zero)?.claims.map(\.destination.value).sorted() == [2, 3])
    }

    @Test func `a destination that waits now takes workers for what is in flight`() {
        var state = DispatchState(workerCount: 2, bufferLimit: 100, destinations: [destination(1, immediate: true)])
        state.leased((1...3).map { lease($0, to: 1) }, now: .zero)
        state.configure([destination(1), destination(2)])
        #expect(state.demand(now: .zero) == nil, "three attempts, two workers")
        for event in 1...3 { state.ended(lease(Int64(event), to: 1), .silent, now: .zero, jitter: 0) }
        #expect(state.demand(now: .zero)?.workerLimit == 2)
    }

    @Test func `a destination that waits no more gives its workers back, once`() {
        var state = DispatchState(workerCount: 2, bufferLimit: 100, destinations: [destination(1)])
        state.leased([lease(1, to: 1), lease(2, to: 1)], now: .zero)
        #expect(state.demand(now: .zero) == nil)
        state.configure([destination(1, immediate: true)])
        #expect(state.demand(now: .zero)?.workerLimit == 2)
        for event in 1...2 { state.ended(lease(Int64(event), to: 1), .silent, now: .zero, jitter: 0) }
        state.configure([destination(1)])
        #expect(state.demand(now: .zero)?.workerLimit == 2)
    }

    @Test(arguments: [false, true])
    func `whether a destination is well is found out anew when it goes somewhere else`(isRenewed: Bool) {
        var state = DispatchState(workerCount: 5, bufferLimit: 100, destinations: [destination(1)])
        for event in 1...10 {
            state.leased([lease(Int64(event), to: 1)], now: .zero)
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
        state.leased([lease(1, to: 1)], now: .zero)
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
            state.leased([], now: .zero)
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
        state.leased([lease(1, to: 1, suspect: true)], now: .zero)
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
        var held: [Lease] = []
        var next: Int64 = 1
        var now = Duration.zero
        for _ in 0..<300 {
            now += .milliseconds(Int.random(in: 0...4000, using: &random))
            if let demand = state.demand(now: now), Bool.random(using: &random) {
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
                state.leased(handed, now: now)
                held += handed
            } else if let index = held.indices.randomElement(using: &random) {
                let endings: [AttemptEnding] = [.succeeded, .succeeded, .failed, .silent, .throttled(.seconds(1))]
                let ending = endings.randomElement(using: &random) ?? .silent
                state.ended(held.remove(at: index), ending, now: now, jitter: 0.5)
            }
            let waiting = held.count { $0.destination.value != 2 }
            #expect(state.leasesInFlight == held.count)
            #expect(held.count <= buffer, "seed \(seed)")
            #expect(waiting <= workers, "seed \(seed)")
            #expect(held.count(where: { $0.destination.value == 1 }) <= min(3, max(1, workers - 1)), "seed \(seed)")
        }
        for lease in held { state.ended(lease, .succeeded, now: now, jitter: 0) }
        #expect(state.leasesInFlight == 0)
        #expect(state.demand(now: now + .seconds(400)) != nil)
    }
}
