import Benchmark
import LumbungCore

/// The two state machines that every event passes: the queue in front of the writer, and the plan of the dispatcher.
func engineBenchmarks() {
    let clock = ContinuousClock()
    let requests = Samples.requests(64, deadline: clock.now.advanced(by: .seconds(3600)))
    measure("queue 64 requests, take 1 group", scaling: .kilo) { runs in
        var queue = CommitQueue<Int>()
        for _ in runs {
            for request in requests { blackHole(queue.submit(request)) }
            blackHole(queue.next(now: clock.now))
        }
    }

    let destinations = [DestinationID(1), DestinationID(2)]
    let leases = Samples.leases(256, alternatingBetween: destinations)
    let idle = DispatchState(
        workerCount: 512,
        bufferLimit: 1024,
        destinations: destinations.map { .init(id: $0, concurrency: 256, isImmediate: false) }
    )
    measure("plan once, lease 256, end 256", scaling: .kilo) { runs in
        var state = idle
        for _ in runs {
            blackHole(state.demand(now: .zero))
            state.leased(leases)
            for lease in leases { state.ended(lease, .succeeded, now: .zero, jitter: 0) }
        }
    }
    measure("plan 256 times, lease 1, end 1", scaling: .kilo) { runs in
        var state = idle
        for _ in runs {
            for lease in leases {
                blackHole(state.demand(now: .zero))
                state.leased([lease])
                state.ended(lease, .succeeded, now: .zero, jitter: 0)
            }
        }
    }
}
