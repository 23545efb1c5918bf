import LumbungCore
import Testing

/// What holds a destination back: its rate, its circuit breaker, its own wish.
@Suite struct HoldingBackTests {
    @Test(arguments: [(50, 5), (10, 1), (9, 1), (1000, 100), (1, 1), (19, 1), (20, 2)])
    func `a rested limiter gives a tenth of a second's worth at once, at least one`(_ perSecond: Int, _ burst: Int) {
        let limiter = RateLimiter(DeliveryRate(count: perSecond, period: .seconds(1)))
        #expect(limiter.available(now: .zero) == burst)
        #expect(limiter.available(now: .seconds(86_400)) == burst)
    }

    @Test(arguments: [(50, Duration.seconds(1)), (600, .seconds(60)), (7, .seconds(1)), (1, .seconds(3600))])
    func `over a long time no more is given than the rate, and all of it`(_ count: Int, _ period: Duration) {
        let rate = DeliveryRate(count: count, period: period)
        var limiter = RateLimiter(rate)
        var given = 0
        var now = Duration.zero
        while now < period * 10 {
            let free = limiter.available(now: now)
            limiter.take(free, now: now)
            given += free
            now = limiter.opensAt(now: now) ?? now
        }
        #expect((count * 10 - 1...count * 10 + limiter.burst).contains(given))
    }

    @Test func `a limiter opens exactly when it says`() throws {
        var limiter = RateLimiter(DeliveryRate(count: 2, period: .seconds(1)))
        limiter.take(1, now: .seconds(5))
        let opening = try #require(limiter.opensAt(now: .seconds(5)))
        #expect(opening == .milliseconds(5500))
        #expect(limiter.available(now: opening - .nanoseconds(1)) == 0)
        #expect(limiter.available(now: opening) == 1)
        #expect(limiter.opensAt(now: opening) == nil)
    }

    @Test(arguments: [(8, CircuitBreaker.State.closed), (9, .closed), (10, .open), (11, .open)])
    func `ten failures in a row open a breaker`(_ failures: Int, _ state: CircuitBreaker.State) {
        var breaker = CircuitBreaker()
        for _ in 0..<failures { breaker.failed(now: .zero, jitter: 0.5) }
        #expect(breaker.state(now: .zero) == state)
        #expect(breaker.limit(now: .zero) == (state == .open ? 0 : .max))
    }

    @Test func `a success between them starts the count again`() {
        var breaker = CircuitBreaker()
        for _ in 0..<9 { breaker.failed(now: .zero, jitter: 0.5) }
        breaker.succeeded()
        for _ in 0..<9 { breaker.failed(now: .zero, jitter: 0.5) }
        #expect(breaker.state(now: .zero) == .closed)
    }

    @Test func `a rest doubles with each failed probe up to its longest, and a success ends it`() {
        var breaker = CircuitBreaker()
        var now = Duration.zero
        for _ in 0..<10 { breaker.failed(now: now, jitter: 0.5) }
        for rest in [10, 20, 40, 80, 160, 300, 300] {
            #expect(breaker.opensAt(now: now) == now + .seconds(rest))
            breaker.failed(now: now, jitter: 0.5)
            #expect(breaker.opensAt(now: now) == now + .seconds(rest), "what began before says nothing new")
            now += .seconds(rest)
            #expect(breaker.state(now: now) == .probing && breaker.limit(now: now) == 1)
            breaker.failed(now: now, jitter: 0.5)
        }
        breaker.succeeded()
        #expect(breaker.state(now: now) == .closed && breaker.opensAt(now: now) == nil)
    }

    @Test(arguments: [(-1.0, 8.0), (0, 8), (0.5, 10), (1, 12), (2, 12)])
    func `a rest is 80 to 120 percent of its length`(_ jitter: Double, _ seconds: Double) {
        var breaker = CircuitBreaker()
        for _ in 0..<10 { breaker.failed(now: .zero, jitter: jitter) }
        #expect(breaker.opensAt(now: .zero) == .seconds(seconds))
    }

    @Test func `a pause is as long as it was asked for, else it doubles up to a minute`() {
        var throttle = Throttle()
        throttle.asked(for: .seconds(7), now: .zero)
        #expect(throttle.opensAt(now: .zero) == .seconds(7))
        #expect(throttle.opensAt(now: .seconds(7)) == nil)
        throttle.succeeded()
        var now = Duration.seconds(100)
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
            throttle.asked(for: nil, now: now)
            #expect(throttle.opensAt(now: now) == now + .seconds(pause))
            now += .seconds(pause)
        }
        throttle.succeeded()
        #expect(throttle.opensAt(now: now) == nil)
    }

    @Test func `a success of an attempt that was begun before the pause does not end it`() {
        var throttle = Throttle()
        throttle.asked(for: .seconds(60), now: .zero)
        throttle.succeeded()
        #expect(throttle.opensAt(now: .seconds(59)) == .seconds(60))
        throttle.asked(for: nil, now: .seconds(60))
        #expect(throttle.opensAt(now: .seconds(60)) == .seconds(61))
    }

    @Test func `a longer pause is not shortened by a later one`() {
        var throttle = Throttle()
        throttle.asked(for: .seconds(60), now: .zero)
        throttle.asked(for: .seconds(1), now: .seconds(1))
        #expect(throttle.opensAt(now: .seconds(1)) == .seconds(60))
    }

    @Test(
        arguments: [
            (AttemptOutcome.delivered, AttemptEnding.succeeded),
            (AttemptOutcome(kind: .interrupted), .silent),
            (AttemptOutcome(kind: .corrupt), .silent),
            (AttemptOutcome(kind: .status, statusCode: 500), .failed),
            (AttemptOutcome(kind: .status, statusCode: 404), .failed),
            (AttemptOutcome(kind: .status, statusCode: 422), .silent),
            (AttemptOutcome(kind: .status, statusCode: 410), .silent),
            (AttemptOutcome(kind: .status, statusCode: 429), .throttled(nil)),
            (AttemptOutcome(kind: .status, statusCode: 503, retryAfter: .seconds(9)), .throttled(.seconds(9))),
            (AttemptOutcome(kind: .status, statusCode: 503, retryAfter: .seconds(99)), .throttled(.seconds(60))),
            (AttemptOutcome(kind: .timeout), .failed),
            (AttemptOutcome(kind: .refused), .failed),
        ])
    func `what an ending says about its destination`(_ outcome: AttemptOutcome, _ ending: AttemptEnding) {
        let policy = RetryPolicy(longest: .seconds(60), permanent: [422])
        #expect(AttemptEnding(outcome, policy: policy) == ending)
    }
}
