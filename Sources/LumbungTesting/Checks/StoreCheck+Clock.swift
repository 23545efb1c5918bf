import LumbungCore
import Testing

extension StoreCheck {
    static let clock: [StoreCheck] = [
        StoreCheck("a clock set back freezes nothing that was never tried") { bench async throws in
            let id = try await bench.queue("new")
            let earlier = bench.now.advanced(by: .seconds(-86_400))
            try await bench.store.clockMoved(by: .seconds(-86_400), now: earlier, longestWait: .seconds(60))
            #expect(try await bench.delivery(id).dueAt == earlier)
            #expect(try await bench.claim(at: earlier).count == 1)
        },
        StoreCheck("a wait keeps its length when the clock is set, either way") { bench async throws in
            for jump: Duration in [.seconds(3600), .seconds(-3600)] {
                let id = try await bench.queue("jump \(jump)")
                let due = bench.now.advanced(by: .seconds(30))
                try await bench.record(try await bench.claimOne(), .retry(at: due))
                let after = bench.now.advanced(by: jump)
                try await bench.store.clockMoved(by: jump, now: after, longestWait: .seconds(60))
                #expect(try await bench.delivery(id).dueAt == due.advanced(by: jump))
                try await bench.record(
                    try #require(try await bench.claim(at: after.advanced(by: .seconds(30))).first), .complete)
            }
        },
        StoreCheck("no wait is longer than the longest") { bench async throws in
            let id = try await bench.queue("far")
            try await bench.record(try await bench.claimOne(), .retry(at: bench.now.advanced(by: .seconds(86_400))))
            try await bench.store.clockMoved(by: .zero, now: bench.now, longestWait: .seconds(60))
            #expect(try await bench.delivery(id).dueAt == bench.now.advanced(by: .seconds(60)))
        },
        StoreCheck("a clock that moves leaves leases alone") { bench async throws in
            let id = try await bench.queue("running")
            let lease = try await bench.claimOne()
            try await bench.store.clockMoved(
                by: .seconds(-3600), now: bench.now.advanced(by: .seconds(-3600)), longestWait: .seconds(1))
            #expect(try await bench.event(id).status == .processing)
            #expect(try await bench.record(lease, .complete) == 0)
        },
    ]
}
