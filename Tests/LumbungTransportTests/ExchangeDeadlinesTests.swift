import LumbungCore
import NIOPosix
import Synchronization
import Testing

@testable import LumbungTransport

@Suite struct ExchangeDeadlinesTests {
    /// An exchange that ends only when it is cut.
    @Sendable private func hang(until cut: ExchangeCut) async -> AttemptOutcome {
        let end = OneShot<Void>()
        cut.onCut { end.deliver(()) }
        await end.value()
        return AttemptOutcome(kind: .interrupted)
    }

    private func deadlines(_ timeout: Duration) -> ExchangeDeadlines {
        ExchangeDeadlines(timeout: timeout, on: MultiThreadedEventLoopGroup.singleton.any())
    }

    @Test func `what takes too long is cut and told, also after nothing ran for a while`() async {
        let deadlines = deadlines(.milliseconds(20))
        for _ in 0..<3 {
            let (outcome, isTimeOver) = await deadlines.outcome(of: hang)
            #expect(outcome.kind == .interrupted && isTimeOver)
        }
    }

    @Test func `one timer cuts all that are overdue, and leaves what ended in time`() async {
        let deadlines = deadlines(.milliseconds(20))
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                let hangs = index.isMultiple(of: 2)
                group.addTask {
                    let (outcome, isTimeOver) = await deadlines.outcome { hangs ? await hang(until: $0) : .delivered }
                    #expect(outcome.kind == (hangs ? .interrupted : .delivered))
                    if hangs { #expect(isTimeOver) }
                }
            }
        }
    }

    @Test func `what is cut by its caller is not told as late`() async {
        let deadlines = deadlines(.seconds(3600))
        let caller = Task { await deadlines.outcome(of: hang) }
        caller.cancel()
        let (outcome, isTimeOver) = await caller.value
        #expect(outcome.kind == .interrupted && !isTimeOver)
    }

    @Test func `of two cuts the first says why, and what begins later is stopped at once`() {
        let cut = ExchangeCut()
        let stops = Mutex<[String]>([])
        cut.onCut { stops.withLock { $0.append("lookup") } }
        cut.onCut { stops.withLock { $0.append("request") } }
        #expect(!cut.isOver)
        cut.cut(.cancelled)
        cut.cut(.timeOver)
        #expect(cut.reason == .cancelled)
        cut.onCut { stops.withLock { $0.append("later") } }
        #expect(stops.withLock { $0 } == ["request", "later"])
    }
}
