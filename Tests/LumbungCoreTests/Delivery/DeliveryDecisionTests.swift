import LumbungCore
import Testing

struct DeliveryDecisionTests {
    private static let now = Timestamp(milliseconds: 1_000_000)
    private static let policy = RetryPolicy(attempts: 3, first: .seconds(10), longest: .seconds(60))

    private func decide(_ outcome: AttemptOutcome, attempt: Int, jitter: Double = 1) -> DeliveryDecision {
        .following(outcome, attempt: attempt, policy: Self.policy, now: Self.now, jitter: jitter)
    }

    private func retry(afterSeconds seconds: Int64) -> DeliveryDecision {
        .retry(at: Timestamp(milliseconds: 1_000_000 + seconds * 1000))
    }

    @Test(arguments: [1, 3, 4, 100])
    func `success, interruption, damage and 410 do not depend on the number`(_ attempt: Int) {
        #expect(decide(.delivered, attempt: attempt) == .complete)
        #expect(decide(AttemptOutcome(kind: .interrupted), attempt: attempt) == .retry(at: Self.now))
        #expect(decide(AttemptOutcome(kind: .corrupt), attempt: attempt) == .dead)
        #expect(decide(AttemptOutcome(kind: .status, statusCode: 410), attempt: attempt) == .dead)
    }

    @Test(arguments: AttemptOutcome.Kind.allCases)
    func `every other failure is tried again until the attempts are used up`(_ kind: AttemptOutcome.Kind) {
        guard ![.delivered, .interrupted, .corrupt].contains(kind) else { return }
        let outcome = AttemptOutcome(kind: kind, statusCode: kind == .status ? 500 : nil)
        #expect(decide(outcome, attempt: 1) == retry(afterSeconds: 10))
        #expect(decide(outcome, attempt: 2) == retry(afterSeconds: 20))
        #expect(decide(outcome, attempt: 2, jitter: 0) == retry(afterSeconds: 0))
        #expect(decide(outcome, attempt: 3) == .dead)
        #expect(decide(outcome, attempt: 4) == .dead)
    }

    @Test(arguments: [(0, 10), (5, 10), (10, 10), (11, 11), (59, 59), (60, 60), (61, 60), (86_400, 60)])
    func `an asked wait lengthens the drawn one, up to the longest`(_ asked: Int64, _ expected: Int64) {
        let outcome = AttemptOutcome(kind: .status, statusCode: 503, retryAfter: .seconds(asked))
        #expect(decide(outcome, attempt: 1) == retry(afterSeconds: expected))
    }

    @Test func `an asked wait gives no further attempt`() {
        let outcome = AttemptOutcome(kind: .status, statusCode: 429, retryAfter: .seconds(1))
        #expect(decide(outcome, attempt: 3) == .dead)
    }

    @Test func `a negative asked wait is no wait`() {
        let outcome = AttemptOutcome(kind: .status, statusCode: 429, retryAfter: .seconds(-100))
        #expect(decide(outcome, attempt: 1, jitter: 0) == retry(afterSeconds: 0))
    }

    @Test(arguments: [400, 404, 409, 411, 422, 429, 499, 500, 503])
    func `other statuses are retried`(_ status: Int) {
        #expect(decide(AttemptOutcome(kind: .status, statusCode: status), attempt: 1) == retry(afterSeconds: 10))
    }
}
