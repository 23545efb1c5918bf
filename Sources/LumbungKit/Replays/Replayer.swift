import Logging
import LumbungCore

/// Works bulk replays off: finds their events, oldest first, and starts them in the lane behind live ones.
///
/// Of one replay only ``ReplayRecord/window`` deliveries wait at a time, so that ending it ends it soon, and so that one to a destination
/// that fails does not pile up. How far a replay came stands in the store: after a kill it goes on where it was.
struct Replayer: Sendable {
    /// The most events of one step: few enough that requests beside it do not notice.
    static let longestStep = 200
    /// How many events one look for the next ones passes over at most.
    static let widestSpan = 20_000
    /// How long to wait when nothing can be started before deliveries have ended.
    private static let rest = Duration.milliseconds(250)

    let store: any BulkReplayStore
    let environment: EngineEnvironment
    let bell: WakeSignal
    /// The destinations that deliveries can be brought to now.
    let configured: @Sendable () async -> Set<DestinationID>
    /// Tells the engine that there is work.
    let committed: @Sendable () -> Void
    let logger: Logger

    /// Works until its task is cancelled or the store is gone.
    func run() async {
        var paces: [ReplayID: Pace] = [:]
        while !Task.isCancelled {
            _ = bell.take()
            do throws(StoreError) {
                let running = try await store.replays(onlyRunning: true)
                guard !running.isEmpty else {
                    paces = [:]
                    await bell.waitUnlessCancelled()
                    continue
                }
                var wait: Duration?
                for record in running.reversed() {
                    let pace = try await step(record, paces[record.id] ?? Pace(record.order.rate))
                    paces[record.id] = pace.next
                    wait = min(wait ?? pace.wait, pace.wait)
                }
                if let wait, wait > .zero { await sleep(min(wait, .seconds(60))) }
            } catch {
                switch error {
                case .closed, .unknown: return
                case .busy, .overloaded, .diskFull, .invalid, .tooSlow:
                    logger.warning("a replay waits for the store", metadata: [LogKeys.reason: "\(error.sentence)"])
                    try? await environment.clock.sleep(for: .seconds(1))
                }
            }
        }
    }

    /// Sleeps, or until another replay begins.
    private func sleep(_ wait: Duration) async {
        let clock = environment.clock
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(for: wait) }
            group.addTask { await bell.waitUnlessCancelled() }
            await group.next()
            group.cancelAll()
        }
    }

    /// What is kept of a replay while it runs.
    private struct Pace {
        var limiter: RateLimiter?
        /// How many events the next look passes over at most.
        var span = Replayer.widestSpan

        init(_ rate: DeliveryRate?) {
            limiter = rate.map(RateLimiter.init)
        }
    }

    /// Goes one step on with a replay.
    /// - Returns: How long until the next one makes sense.
    private func step(
        _ record: ReplayRecord, _ pace: Pace
    ) async throws(StoreError) -> (wait: Duration, next: Pace) {
        var pace = pace
        let elapsed = environment.elapsed()
        let configured = await configured()
        let room = record.room(configured: configured)
        let limit = min(Self.longestStep, room, pace.limiter?.available(now: elapsed) ?? .max)
        guard limit > 0 else {
            let opening = room > 0 ? pace.limiter?.opensAt(now: elapsed).map { $0 - elapsed } : nil
            return (max(opening ?? Self.rest, .milliseconds(1)), pace)
        }
        let end = min(record.through.value, record.position.value + Int64(pace.span))
        let found: FoundEvents
        do throws(StoreError) {
            found = try await store.find(
                record.order.filter, in: EventSpan(after: record.position, through: EventID(end)), limit: limit)
            pace.span = min(Self.widestSpan, pace.span * 2)
        } catch .tooSlow where pace.span > 1 {
            // Large payloads, and a text to look for: look at fewer.
            pace.span = max(1, pace.span / 8)
            return (.zero, pace)
        }
        pace.limiter?.take(found.events.count, now: elapsed)
        let isLast = found.position >= record.through
        let started = try await store.advanceReplay(
            ReplayStep(
                replay: record.id, events: found.events, position: found.position, isLast: isLast,
                configured: configured),
            now: environment.wallClock())
        if started ?? 0 > 0 { committed() }
        if isLast, started != nil {
            logger.notice(
                "a replay has started everything that it meant", metadata: [LogKeys.replay: "\(record.id.value)"])
        }
        return (.zero, pace)
    }
}
