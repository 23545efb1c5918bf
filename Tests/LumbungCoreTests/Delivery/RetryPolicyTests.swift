import LumbungCore
import LumbungTesting
import Testing

struct RetryPolicyTests {
    @Test(arguments: [
        (-5, 5), (0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (6, 160), (7, 320), (8, 640), (9, 1280),
        (10, 2560), (11, 5120), (12, 10_240), (13, 20_480), (14, 21_600), (15, 21_600), (Int.max, 21_600),
    ])
    func `the contract's ceilings double from 5 seconds to 6 hours`(_ attempt: Int, _ seconds: Int) {
        #expect(RetryPolicy().ceiling(afterAttempt: attempt) == .seconds(seconds))
    }

    @Test func `the contract's policy tries twelve times`() {
        #expect(RetryPolicy().attempts == 12)
        #expect(RetryPolicy(attempts: 0).attempts == 1)
        #expect(RetryPolicy(attempts: -3).attempts == 1)
    }

    @Test func `a first wait beyond the longest is held at the longest`() {
        let policy = RetryPolicy(first: .seconds(100), longest: .seconds(30))
        #expect(policy.ceiling(afterAttempt: 1) == .seconds(30))
        #expect(RetryPolicy(first: .zero).ceiling(afterAttempt: 60) == .zero)
    }

    @Test func `every wait lies between zero and its ceiling, and rises with the draw`() {
        let seed: UInt64 = 0xB0FF
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            let policy = RetryPolicy(
                attempts: random.pick(1...30), first: .milliseconds(random.pick(0...60_000)),
                longest: .milliseconds(random.pick(0...86_400_000)))
            let attempt = random.pick(1...40)
            let draws = [Double.random(in: 0...1, using: &random), Double.random(in: 0...1, using: &random)].sorted()
            let waits = draws.map { policy.wait(afterAttempt: attempt, jitter: $0) }
            let ceiling = policy.ceiling(afterAttempt: attempt)
            let isOrdered = waits[0] >= .zero && waits[0] <= waits[1] && waits[1] <= ceiling
            guard isOrdered, ceiling <= policy.longest else {
                Issue.record("seed \(seed): \(policy) after attempt \(attempt) waits \(waits)")
                return
            }
        }
    }

    @Test(arguments: [(-1.0, 0), (0.0, 0), (0.5, 2500), (1.0, 5000), (2.0, 5000), (.infinity, 5000)])
    func `a draw outside zero to one is held`(_ jitter: Double, _ milliseconds: Int) {
        #expect(RetryPolicy().wait(afterAttempt: 1, jitter: jitter) == .milliseconds(milliseconds))
    }
}
