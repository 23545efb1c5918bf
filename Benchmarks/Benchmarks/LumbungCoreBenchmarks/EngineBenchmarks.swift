import Benchmark
import LumbungCore

/// The two state machines that every event passes: the queue in front of the writer, and the plan of the dispatcher.
func engineBenchmarks() {
    let clock = ContinuousClock()
    let requests = Samples.requests(64, deadline: clock.now.advanced(by: .seconds(3600)))
    var queue = CommitQueue<Int>()
    Benchmark("commit queue, 64 requests in, 1 group out") { _ in
        for request in requests { blackHole(queue.submit(request)) }
        blackHole(queue.next(now: clock.now))
    }

    let first = DestinationID(1)
    let second = DestinationID(2)
    let leases = Samples.leases(256, alternatingBetween: [first, second])
    var state = DispatchState(
        workerCount: 512,
        bufferLimit: 1024,
        destinations: [
            .init(id: first, concurrency: 256, isImmediate: false),
            .init(id: second, concurrency: 256, isImmediate: false),
        ]
    )
    Benchmark("dispatch, demand, 256 leases out and ended") { _ in
        blackHole(state.demand)
        state.leased(leases)
        for lease in leases { state.ended(lease) }
    }
    Benchmark("dispatch, 256 times one lease with its demand") { _ in
        for lease in leases {
            blackHole(state.demand)
            state.leased([lease])
            state.ended(lease)
        }
    }
}
