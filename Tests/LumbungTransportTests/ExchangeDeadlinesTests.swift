import LumbungCore
import Testing

@testable import LumbungTransport

@Suite struct ExchangeDeadlinesTests {
    /// An exchange that ends only when it is cut.
    private func hang() -> ExchangeDeadlines.Exchange {
        Task {
            let (never, open) = AsyncStream<Void>.makeStream()
            for await _ in never {}
            withExtendedLifetime(open) {}
            return AttemptOutcome(kind: .interrupted)
        }
    }

    @Test func `what takes too long is cut and told, also after nothing ran for a while`() async {
        let deadlines = ExchangeDeadlines(timeout: .milliseconds(20))
        for _ in 0..<3 {
            let (outcome, isTimeOver) = await deadlines.outcome(of: hang())
            #expect(outcome.kind == .interrupted && isTimeOver)
        }
    }

    @Test func `one timer cuts all that are overdue, and leaves what ended in time`() async {
        let deadlines = ExchangeDeadlines(timeout: .milliseconds(20))
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                let hangs = index.isMultiple(of: 2)
                group.addTask {
                    let exchange = hangs ? hang() : Task { AttemptOutcome.delivered }
                    let (outcome, isTimeOver) = await deadlines.outcome(of: exchange)
                    #expect(outcome.kind == (hangs ? .interrupted : .delivered))
                    if hangs { #expect(isTimeOver) }
                }
            }
        }
    }

    @Test func `what is cut by its caller is not told as late`() async {
        let deadlines = ExchangeDeadlines(timeout: .seconds(3600))
        let caller = Task { await deadlines.outcome(of: hang()) }
        caller.cancel()
        let (outcome, isTimeOver) = await caller.value
        #expect(outcome.kind == .interrupted && !isTimeOver)
    }
}
