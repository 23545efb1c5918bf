/// What the planner keeps of one destination: what is in flight, and what holds it back.
struct DestinationSlot: Sendable {
    var destination: DispatchState.Destination
    /// Leases that wait for a worker, oldest first.
    private(set) var ready: [Lease] = []
    /// How many attempts run.
    private(set) var running = 0
    /// Whether its last attempt succeeded.
    private(set) var isProven = false
    /// Whether an attempt has said anything about it yet.
    private(set) var isTried = false
    var rate: RateLimiter?
    private var breaker = CircuitBreaker()
    private var throttle = Throttle()

    init(_ destination: DispatchState.Destination) {
        self.destination = destination
        rate = destination.rate.map(RateLimiter.init)
    }

    /// Leases in the hands of the engine, whether their attempt runs or not.
    var inFlight: Int { ready.count + running }

    /// The same with other settings.
    ///
    /// Of one that is renewed only what is in flight is kept, and how much of an unchanged rate is used up.
    func configured(_ destination: DispatchState.Destination, isRenewed: Bool) -> DestinationSlot {
        var slot = isRenewed ? DestinationSlot(destination) : self
        (slot.ready, slot.running) = (ready, running)
        slot.rate =
            destination.rate == self.destination.rate ? rate : destination.rate.map(RateLimiter.init)
        slot.destination = destination
        return slot
    }

    /// Which workers its leases take.
    var pool: Turn.Claim.Pool {
        destination.isImmediate ? .batch : isProven ? .worker : .unproven
    }

    /// How many more deliveries it may be given now, whatever the workers say.
    func room(now: Duration) -> Int {
        guard !destination.isPaused, throttle.opensAt(now: now) == nil else { return 0 }
        let ofBatch = destination.isImmediate ? DispatchState.immediateBatch - inFlight : Int.max
        let ofBreaker = max(0, breaker.limit(now: now) - inFlight)
        // What waits for a worker uses the rate up when it begins.
        let ofRate = rate.map { max(0, $0.available(now: now) - ready.count) } ?? .max
        return min(ofBatch, ofBreaker, ofRate)
    }

    /// How many of its leases may stay in the hands of the engine, within what its place among the workers allows.
    func keeps(_ most: Int, now: Duration) -> Int {
        guard !destination.isPaused, throttle.opensAt(now: now) == nil else { return 0 }
        let ofRate = rate.map { running + $0.available(now: now) } ?? .max
        return min(destination.isImmediate ? DispatchState.immediateBatch : most, breaker.limit(now: now), ofRate)
    }

    // MARK: Leases

    mutating func add(_ lease: Lease) {
        ready.append(lease)
    }

    /// Lets the oldest leases begin.
    mutating func begin(_ count: Int, now: Duration) -> [Lease] {
        let begun = Array(ready.prefix(count))
        ready.removeFirst(begun.count)
        running += begun.count
        rate?.take(begun.count, now: now)
        return begun
    }

    /// An attempt has ended.
    mutating func end() {
        running -= 1
    }

    /// Takes away what waits for a worker beyond a number.
    mutating func withdraw(beyond kept: Int) -> [Lease] {
        let withdrawn = Array(ready.dropFirst(max(0, kept)))
        ready.removeLast(withdrawn.count)
        return withdrawn
    }

    // MARK: Health

    /// When it may be given something again; nil when nothing but workers or a person holds it back.
    func opensAt(now: Duration) -> Duration? {
        guard !destination.isPaused else { return nil }
        let times = [throttle.opensAt(now: now), breaker.opensAt(now: now), rate?.opensAt(now: now)]
        return times.compactMap { $0 }.max()
    }

    /// Learns from an ending.
    mutating func take(_ ending: AttemptEnding, now: Duration, jitter: Double) {
        if ending != .silent { isTried = true }
        switch ending {
        case .silent:
            break
        case .succeeded:
            isProven = true
            breaker.succeeded()
            throttle.succeeded()
        case .failed:
            isProven = false
            breaker.failed(now: now, jitter: jitter)
        case .throttled(let wait):
            isProven = false
            breaker.failed(now: now, jitter: jitter)
            throttle.asked(for: wait, now: now)
        }
    }

    func standing(now: Duration) -> DestinationStanding {
        DestinationStanding(
            inFlight: inFlight, isPaused: destination.isPaused, breaker: breaker.state(now: now),
            hasAskedForPause: throttle.opensAt(now: now) != nil, opensIn: opensAt(now: now).map { $0 - now })
    }
}

/// What an operator is told of a destination's state in the engine.
public struct DestinationStanding: Sendable, Hashable {
    /// Attempts that run, or wait for a worker with a lease.
    public var inFlight: Int
    /// Whether a person holds it.
    public var isPaused: Bool
    /// Its circuit breaker.
    public var breaker: CircuitBreaker.State
    /// Whether it asked for a pause, by its answer 429 or 503, that still goes on.
    public var hasAskedForPause: Bool
    /// How long until it may be given something again; nil when it may now, or when a person holds it.
    public var opensIn: Duration?

    /// Describes a state.
    public init(
        inFlight: Int, isPaused: Bool, breaker: CircuitBreaker.State, hasAskedForPause: Bool = false, opensIn: Duration?
    ) {
        self.inFlight = inFlight
        self.isPaused = isPaused
        self.breaker = breaker
        self.hasAskedForPause = hasAskedForPause
        self.opensIn = opensIn
    }
}
