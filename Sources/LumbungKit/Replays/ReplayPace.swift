import LumbungCore

/// What is kept of a replay while it runs: how fast it may go on, and how far it has looked.
struct ReplayPace: Sendable {
    /// The shortest time between two steps: what came due meanwhile is started together, in one commit.
    static let shortestWait = Duration.milliseconds(50)
    /// How long to wait when nothing can be started before deliveries have ended.
    static let rest = Duration.milliseconds(250)
    /// How long to wait after an error of the store.
    static let restAfterError = Duration.seconds(1)
    /// How long a position is kept in memory alone, when nothing was found up to it.
    static let longestUnwritten = Duration.seconds(5)

    var span = SpanPace()
    /// Events up to this number have been looked at, and what was found has been started.
    private(set) var position: EventID
    /// When the next step makes sense, by the monotonic clock.
    private(set) var nextStepAt = Duration.zero
    /// The last error, until a step is done again.
    private(set) var error: StoreError?
    private var limiter: RateLimiter?
    private var writtenAt: Duration

    init(_ record: ReplayRecord, now: Duration) {
        position = record.position
        limiter = record.order.rate.map(RateLimiter.init)
        writtenAt = now
    }

    /// The piece to look at next.
    func nextSpan(of record: ReplayRecord) -> EventSpan {
        let end = min(record.through.value, position.value + Int64(span.width))
        return EventSpan(after: position, through: EventID(end))
    }

    /// How many events may be started now; with 0 the next step is set to when more may be.
    mutating func limit(room: Int, atMost: Int, now: Duration) -> Int {
        let limit = max(0, min(atMost, room, limiter?.available(now: now) ?? .max))
        if limit == 0 {
            let opening = room > 0 ? limiter?.opensAt(now: now) : nil
            nextStepAt = max(opening ?? now + Self.rest, now + .milliseconds(1))
        }
        return limit
    }

    /// Whether a position without any finds should be written down.
    func isDue(_ found: FoundEvents, of record: ReplayRecord, now: Duration) -> Bool {
        !found.events.isEmpty || found.position >= record.through || now - writtenAt >= Self.longestUnwritten
    }

    /// Takes note that nothing was found up to a position.
    mutating func passed(_ position: EventID) {
        self.position = position
        error = nil
    }

    /// Takes note of a step that the store has written down.
    mutating func stepped(to position: EventID, events: Int, now: Duration) {
        self.position = position
        limiter?.take(events, now: now)
        nextStepAt = now + Self.shortestWait
        writtenAt = now
        error = nil
    }

    /// Takes note of an error of the store.
    /// - Returns: Whether it is another one than the last, and so worth telling.
    mutating func failed(_ error: StoreError, now: Duration) -> Bool {
        defer { self.error = error }
        nextStepAt = now + Self.restAfterError
        return self.error != error
    }
}
