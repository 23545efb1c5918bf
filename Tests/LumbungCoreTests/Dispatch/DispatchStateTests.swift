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
        #expect(state.demand?.claims == [Turn.Claim(destination: DestinationID(1), limit: 5, suspectLimit: 1)])
    }

    @Test func `a destination's own limit holds`() {
        let state = DispatchState(workerCount: 5, bufferLimit: 1000, destinations: [destination(1, concurrency: 2)])
        #expect(state.demand?.claims.first?.limit == 2)
    }

    @Test func `one of several destinations never holds the last worker`() {
        var state = DispatchState(
            workerCount: 5, bufferLimit: 1000, destinations: [destination(1), destination(2)])
        state.leased((1...4).map { lease($0, to: 1) })
        #expect(state.demand?.claims == [Turn.Claim(destination: DestinationID(2), limit: 1, suspectLimit: 1)])
    }

    @Test func `each turn begins with another destination, so that none is always served first`() {
        var state = DispatchState(
            workerCount: 1, bufferLimit: 1000, destinations: [destination(1), destination(2), destination(3)])
        var first: [Int64] = []
        for _ in 0..<6 {
            first.append(state.demand?.claims.first?.destination.value ?? 0)
            state.leased([])
        }
        #expect(first == [1, 2, 3, 1, 2, 3])
    }

    @Test func `a paused destination is not asked for`() {
        let state = DispatchState(workerCount: 5, bufferLimit: 10, destinations: [destination(1, paused: true)])
        #expect(state.demand == nil)
    }

    @Test(arguments: [1, 10, 255, 256, 257, 1000])
    func `an immediate destination gets a batch within the buffer`(buffer: Int) {
        let state = DispatchState(workerCount: 5, bufferLimit: buffer, destinations: [destination(1, immediate: true)])
        #expect(state.demand?.claims.first?.limit == min(buffer, DispatchState.immediateBatch))
        #expect(state.demand?.leaseLimit ?? 0 <= buffer)
    }

    @Test func `one suspect at a time`() {
        var state = DispatchState(workerCount: 5, bufferLimit: 1000, destinations: [destination(1)])
        state.leased([lease(1, to: 1, suspect: true)])
        #expect(state.demand?.claims.first?.suspectLimit == 0)
        state.ended(lease(1, to: 1, suspect: true))
        #expect(state.demand?.claims.first?.suspectLimit == 1)
    }

    @Test(arguments: 0..<40)
    func `whatever is leased and ended, no limit is passed and everything comes back`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let destinations = [destination(1, concurrency: 3), destination(2, immediate: true), destination(3)]
        let (workers, buffer) = (Int.random(in: 1...6, using: &random), Int.random(in: 1...40, using: &random))
        var state = DispatchState(workerCount: workers, bufferLimit: buffer, destinations: destinations)
        var held: [Lease] = []
        var next: Int64 = 1
        for _ in 0..<300 {
            if let demand = state.demand, Bool.random(using: &random) {
                var handed: [Lease] = []
                for claim in demand.claims {
                    let room = demand.leaseLimit - handed.count
                    for _ in 0..<min(room, Int.random(in: 0...claim.limit, using: &random)) {
                        handed.append(lease(next, to: claim.destination.value))
                        next += 1
                    }
                }
                state.leased(handed)
                held += handed
            } else if let index = held.indices.randomElement(using: &random) {
                state.ended(held.remove(at: index))
            }
            #expect(state.leasesInFlight == held.count)
            #expect(held.count <= buffer, "seed \(seed)")
            #expect(held.count(where: { $0.destination.value == 1 }) <= 3, "seed \(seed)")
        }
        for lease in held { state.ended(lease) }
        #expect(state.leasesInFlight == 0)
        #expect(state.demand != nil)
    }
}
