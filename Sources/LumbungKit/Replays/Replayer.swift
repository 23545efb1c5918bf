import Logging
import LumbungCore

/// Works bulk replays off: finds their events, oldest first, and starts them in the lane behind live ones.
///
/// Of one replay only ``ReplayRecord/window`` deliveries wait at a time, so that ending it ends it soon, and so that one to a destination
/// that fails does not pile up. How far a replay came stands in the store: after a kill it goes on where it was.
struct Replayer: Sendable {
    /// The most events of one step: few enough that requests beside it do not notice.
    static let longestStep = 200
    /// How long one replay may look for its next events before the others have their turn.
    private static let longestLook = Duration.milliseconds(250)
    /// How long it sleeps at the most.
    private static let longestSleep = Duration.seconds(60)

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
        var paces: [ReplayID: ReplayPace] = [:]
        while !Task.isCancelled {
            _ = bell.take()
            do throws(StoreError) {
                let running = try await store.replays(onlyRunning: true)
                let ids = Set(running.map(\.id))
                paces = paces.filter { ids.contains($0.key) }
                guard !running.isEmpty else {
                    await bell.waitUnlessCancelled()
                    continue
                }
                // The oldest first.
                for record in running.reversed() { paces[record.id] = try await work(record, paces[record.id]) }
                let next = paces.values.map(\.nextStepAt).min() ?? .zero
                await sleep(min(next - environment.elapsed(), Self.longestSleep))
            } catch {
                guard !error.endsReplays else { return }
                logger.warning("replays wait for the store", metadata: [LogKeys.reason: "\(error.sentence)"])
                try? await environment.clock.sleep(for: ReplayPace.restAfterError)
            }
        }
    }

    /// Sleeps, or until another replay begins.
    private func sleep(_ wait: Duration) async {
        guard wait > .zero else { return }
        let clock = environment.clock
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(for: wait) }
            group.addTask { await bell.waitUnlessCancelled() }
            await group.next()
            group.cancelAll()
        }
    }

    /// Goes one step on with a replay when it is time; its errors are its own, so that they hold up no other.
    /// - Throws: Only an error that ends the work.
    private func work(_ record: ReplayRecord, _ known: ReplayPace?) async throws(StoreError) -> ReplayPace {
        var pace = known ?? ReplayPace(record, now: environment.elapsed())
        guard pace.nextStepAt <= environment.elapsed() else { return pace }
        do throws(StoreError) {
            try await step(record, &pace)
        } catch {
            guard !error.endsReplays else { throw error }
            if pace.failed(error, now: environment.elapsed()) {
                logger.warning(
                    "a replay waits for the store",
                    metadata: [LogKeys.replay: "\(record.id.value)", LogKeys.reason: "\(error.sentence)"])
            }
        }
        return pace
    }

    private func step(_ record: ReplayRecord, _ pace: inout ReplayPace) async throws(StoreError) {
        let configured = await configured()
        let begin = environment.elapsed()
        let limit = pace.limit(room: record.room(configured: configured), atMost: Self.longestStep, now: begin)
        guard limit > 0, let found = try await look(record, &pace, limit: limit) else { return }
        let isLast = found.position >= record.through
        let started = try await store.advanceReplay(
            ReplayStep(
                replay: record.id, events: found.events, position: found.position, isLast: isLast,
                configured: configured),
            now: environment.wallClock())
        let startedAny = started ?? 0 > 0
        pace.stepped(to: found.position, events: startedAny ? found.events.count : 0, now: begin)
        if startedAny { committed() }
        if isLast, started != nil {
            logger.notice(
                "a replay has started everything that it meant", metadata: [LogKeys.replay: "\(record.id.value)"])
        }
    }

    /// Looks for the next events, passing over spans without any.
    /// - Returns: What has to be written down; nil when nothing was found so far.
    private func look(
        _ record: ReplayRecord, _ pace: inout ReplayPace, limit: Int
    ) async throws(StoreError) -> FoundEvents? {
        let begin = environment.elapsed()
        var elapsed = begin
        repeat {
            let started = elapsed
            do throws(StoreError) {
                let found = try await store.find(record.order.filter, in: pace.nextSpan(of: record), limit: limit)
                elapsed = environment.elapsed()
                pace.span.met(in: elapsed - started)
                if pace.isDue(found, of: record, now: elapsed) { return found }
                pace.passed(found.position)
            } catch .tooSlow {
                guard pace.span.metTooSlow() else { throw .tooSlow }
                elapsed = environment.elapsed()
            }
        } while elapsed - begin < Self.longestLook && !Task.isCancelled
        return nil
    }
}

extension StoreError {
    /// Whether the store is gone.
    fileprivate var endsReplays: Bool {
        switch self {
        case .closed, .unknown: true
        case .busy, .overloaded, .diskFull, .invalid, .tooSlow: false
        }
    }
}
