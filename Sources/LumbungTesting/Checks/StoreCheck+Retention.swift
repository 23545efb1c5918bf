import LumbungCore
import Testing

extension StoreCheck {
    private static let policy = RetentionPolicy(finished: .seconds(100), dead: .seconds(300))

    static let retention: [StoreCheck] = [
        StoreCheck("pruning removes completed events older than the policy, and only those") { bench async throws in
            for age in [99, 101] {
                let then = bench.now.advanced(by: .seconds(-age))
                try await bench.queue("\(age)", receivedAt: then)
                try await bench.finish(.complete, at: then)
            }
            #expect(try await bench.prune(policy, at: bench.now) == 1)
            #expect(try await bench.put(.sample("99", to: [bench.first])).kind == .duplicate)
            #expect(try await bench.put(.sample("101", to: [bench.first])).kind == .queued)
        },
        StoreCheck("dead events are kept for their own time") { bench async throws in
            for age in [299, 301] {
                let then = bench.now.advanced(by: .seconds(-age))
                try await bench.queue("\(age)", receivedAt: then)
                try await bench.finish(.dead, at: then)
            }
            #expect(try await bench.prune(policy, at: bench.now) == 1)
            #expect(try await bench.store.statusCounts()[.dead] == 1)
        },
        StoreCheck("the last change counts, not the receipt") { bench async throws in
            let old = bench.now.advanced(by: .seconds(-500))
            let id = try await bench.queue("one", receivedAt: old)
            try await bench.finish(.complete, at: bench.now.advanced(by: .seconds(-50)))
            #expect(try await bench.prune(policy, at: bench.now) == 0)
            #expect(try await bench.event(id).status == .completed)
            #expect(try await bench.prune(policy, at: bench.now.advanced(by: .seconds(51))) == 1)
        },
        StoreCheck("unfinished events are never pruned, however old") { bench async throws in
            let old = Timestamp(milliseconds: 0)
            for identity in ["pending", "retrying", "processing", "half"] {
                let both = identity == "half" ? [bench.first, bench.second] : [bench.first]
                _ = try await bench.put(.sample(identity, receivedAt: old, to: both))
            }
            for lease in try await bench.claim(at: old) {
                switch lease.event.identity {
                case "retrying": try await bench.record(lease, .retry(at: bench.now), endedAt: old)
                case "half": try await bench.record(lease, .complete, endedAt: old)
                case "pending":
                    try await bench.record(
                        lease, .release, outcome: AttemptOutcome(kind: .interrupted), endedAt: old)
                default: break
                }
            }
            #expect(try await bench.prune(policy, at: bench.now) == 0)
            let counts = try await bench.store.statusCounts().filter { $0.value > 0 }
            #expect(counts == [.pending: 2, .retrying: 1, .processing: 1])
        },
        StoreCheck("everything of a pruned event is gone, and its identity may come again") { bench async throws in
            let id = try await bench.put(.sample("one", to: [bench.first, bench.second])).id
            _ = try await bench.put(.sample("one", payload: Array("{}".utf8), to: [bench.first]))
            let leases = try await bench.turn(claims: [bench.claim(bench.first), bench.claim(bench.second)]).leases
            for lease in leases { try await bench.record(lease, .complete) }
            let late = bench.now.advanced(by: .seconds(101))
            #expect(try await bench.prune(policy, at: late) == 1)
            #expect(try await bench.store.event(id) == nil)
            let again = try await bench.put(.sample("one", receivedAt: late, to: [bench.first]))
            #expect(again.kind == .queued && again.id > id, "numbers are never used again")
            let stored = try await bench.event(again.id)
            #expect(stored.conflicts.isEmpty && stored.duplicates == 0)
            #expect(stored.deliveries.map(\.history) == [[]])
            #expect(try await bench.record(leases[0], .dead, endedAt: late) == 1)
        },
        StoreCheck("unrouted events are pruned as completed ones") { bench async throws in
            _ = try await bench.put(.sample("one", to: []))
            #expect(try await bench.prune(policy, at: bench.now.advanced(by: .seconds(99))) == 0)
            #expect(try await bench.prune(policy, at: bench.now.advanced(by: .seconds(101))) == 1)
        },
        StoreCheck("pruning walks a long table in slices, past what must stay") { bench async throws in
            let events = (0..<1000).map { index in
                NewEvent.sample("\(index)", to: index % 3 == 0 ? [bench.first] : [])
            }
            _ = try await bench.store.append(events)
            let late = bench.now.advanced(by: .seconds(101))
            #expect(try await bench.prune(policy, at: late) == 666)
            #expect(try await bench.prune(policy, at: late) == 0)
            #expect(try await bench.store.statusCounts()[.pending] == 334)
        },
        StoreCheck("events of a clock that was ahead do not keep pruning from those behind them") {
            bench async throws in
            let ahead = bench.now.advanced(by: .seconds(1_000_000))
            _ = try await bench.store.append((0..<300).map { .sample("ahead \($0)", receivedAt: ahead, to: []) })
            _ = try await bench.store.append((0..<10).map { .sample("\($0)", to: []) })
            #expect(try await bench.prune(policy, at: bench.now.advanced(by: .seconds(101))) == 10)
        },
        StoreCheck("pruning an empty store ends at once") { bench async throws in
            let slice = try await bench.store.prune(policy, now: bench.now, after: EventID(0))
            #expect(slice == PruneSlice(removed: 0, next: nil))
        },
    ]

    static let rejections: [StoreCheck] = [
        StoreCheck("a rejection comes back as it was, newest first") { bench async throws in
            let body: [UInt8] = [0, 255, 10, 34]
            for index in 0..<3 {
                bench.store.reject(
                    Rejection(
                        source: "shop", rejectedAt: Timestamp(milliseconds: Int64(index)), status: 400 + index,
                        reason: "not JSON at byte \(index)", headers: "{\"a\":\"b\"}", body: body))
            }
            let kept = try await settled(bench)
            #expect(kept.map(\.status) == [402, 401, 400])
            #expect(kept.map(\.reason).first == "not JSON at byte 2")
            #expect(kept.allSatisfy { $0.bodyPrefix == body && $0.source == "shop" && $0.headers == "{\"a\":\"b\"}" })
            #expect(kept.map(\.rejectedAt.milliseconds) == [2, 1, 0])
            #expect(try await bench.store.rejections(limit: 2).map(\.status) == [402, 401])
            #expect(try await bench.store.rejections(limit: 0).isEmpty)
        },
        StoreCheck("rejections are bounded at one less, exactly and one more") { bench async throws in
            let bound = Rejection.keptRejections
            for index in 0..<bound + 1 {
                bench.store.reject(sample(index))
                // A store may let rejections gather only so far; one commit in between lets it keep them all.
                if index % 100 == 99 { _ = try await settled(bench) }
                guard index >= bound - 2 else { continue }
                let kept = try await settled(bench)
                #expect(kept.count == min(index + 1, bound))
                #expect(kept.first?.status == index && kept.last?.status == max(0, index - bound + 1))
            }
        },
        StoreCheck("the kept body is cut at 4 KiB, at one less, exactly and one more") { bench async throws in
            let bound = Rejection.keptBodyBytes
            for bytes in [bound - 1, bound, bound + 1] { bench.store.reject(sample(bytes, bodyBytes: bytes)) }
            #expect(try await settled(bench).map(\.bodyPrefix.count) == [bound, bound, bound - 1])
        },
    ]

    private static func sample(_ number: Int, bodyBytes: Int = 1) -> Rejection {
        Rejection(
            source: "shop", rejectedAt: NewEvent.sampleTime, status: number, reason: "no such source",
            headers: "{}", body: [UInt8](repeating: 7, count: bodyBytes))
    }

    /// The kept rejections, once those handed in are stored: work of the same store is done in order.
    private static func settled(_ bench: StoreBench) async throws -> [Rejection] {
        _ = try await bench.turn(claims: [])
        return try await bench.store.rejections(limit: 2 * Rejection.keptRejections)
    }
}
