import LumbungCore
import Synchronization

/// Holds the requests of one source to its rate: as many as one period has may come at once, then they come at an even
/// pace.
final class RequestMeter: Sendable {
    let rate: DeliveryRate
    private let limiter: Mutex<RateLimiter>
    private let start = ContinuousClock.now

    /// Begins rested.
    init(_ rate: DeliveryRate) {
        self.rate = rate
        limiter = Mutex(RateLimiter(rate, burst: rate.count))
    }

    /// Counts a request that comes now, or tells after how many whole seconds one will be taken.
    func refusesFor() -> Int? {
        refusesFor(now: start.duration(to: .now))
    }

    /// The same at a moment, as the time since any fixed point.
    func refusesFor(now: Duration) -> Int? {
        limiter.withLock { limiter in
            guard let opensAt = limiter.opensAt(now: now) else {
                limiter.take(1, now: now)
                return nil
            }
            let (seconds, attoseconds) = (opensAt - now).components
            return max(1, Int(seconds) + (attoseconds > 0 ? 1 : 0))
        }
    }
}
