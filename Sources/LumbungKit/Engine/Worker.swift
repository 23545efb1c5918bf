import Crypto
import Logging
import LumbungCore

/// An attempt that has ended: what is stored of it, and what it says about its destination.
struct FinishedAttempt: Sendable {
    let lease: Lease
    /// Nil when the store has it already.
    let result: GatheredResult?
    let ending: AttemptEnding
}

/// What a worker has done: the attempts of one piece of work, and the destination they were made to.
struct FinishedWork: Sendable {
    let destination: Destination
    let attempts: [FinishedAttempt]
}

/// What a worker is given: leases, and the destination of all of them as it is configured now.
struct Work: Sendable {
    let destination: Destination
    let leases: [Lease]
}

/// Runs attempts, one after the other, and reports how each ended.
struct Worker: Sendable {
    let dispatcher: Dispatcher
    let environment: EngineEnvironment
    let logger: Logger

    /// Works until the dispatcher has no more.
    func run() async {
        var finished: FinishedWork?
        while let work = await dispatcher.next(after: finished) {
            var attempts: [FinishedAttempt] = []
            attempts.reserveCapacity(work.leases.count)
            for lease in work.leases { attempts.append(await attempt(lease, to: work.destination)) }
            let done = FinishedWork(destination: work.destination, attempts: attempts)
            finished = done
            if work.destination.shared.giveBack() {
                // Closing connections may take its time, so the results are told before.
                await dispatcher.finish(done)
                finished = nil
                await work.destination.shared.transport.shutdown()
            }
        }
    }

    private func attempt(_ lease: Lease, to destination: Destination) async -> FinishedAttempt {
        let startedAt = environment.wallClock()
        let started = ContinuousClock.now
        let outcome = await outcome(of: lease, destination: destination, startedAt: startedAt)
        let (endedAt, elapsed) = (environment.wallClock(), environment.elapsed())
        let timing = AttemptTiming(
            startedAt: startedAt, endedAt: endedAt, duration: ContinuousClock.now - started)
        let decision = DeliveryDecision.following(
            outcome,
            attempt: lease.attempt,
            policy: destination.retry,
            now: timing.endedAt,
            jitter: outcome.kind == .delivered ? 0 : environment.jitter()
        )
        report(lease, destination.name, outcome, decision)
        return FinishedAttempt(
            lease: lease,
            result: outcome.isRecorded
                ? nil
                : GatheredResult(
                    record: DeliveryRecord(lease: lease, outcome: outcome, decision: decision, timing: timing),
                    endedAt: elapsed),
            ending: AttemptEnding(outcome, policy: destination.retry))
    }

    private func outcome(
        of lease: Lease, destination: Destination, startedAt: Timestamp
    ) async -> AttemptOutcome {
        guard SHA256.hash(data: lease.event.payload).elementsEqual(lease.event.digest) else {
            return AttemptOutcome(
                kind: .corrupt, detail: "the stored payload no longer matches its SHA-256; nothing was sent")
        }
        return await destination.transport.deliver(
            Attempt(lease: lease, destinationName: destination.name, startedAt: startedAt))
    }

    private func report(
        _ lease: Lease, _ destination: String, _ outcome: AttemptOutcome, _ decision: DeliveryDecision
    ) {
        switch decision {
        case .complete where !outcome.detail.isEmpty:
            logger.warning(
                "the handler failed after it had completed its delivery; it is not tried again",
                metadata: metadata(lease, destination, outcome))
        case .complete, .release:
            logger.debug("attempt ended", metadata: metadata(lease, destination, outcome))
        case .retry where outcome.kind == .interrupted:
            logger.warning(
                "attempt was cut by the stop and runs again", metadata: metadata(lease, destination, outcome))
        case .retry(let at):
            var metadata = metadata(lease, destination, outcome)
            metadata[LogKeys.nextAttemptAt] = "\(at.iso8601)"
            logger.warning("delivery failed and will be tried again", metadata: metadata)
        case .dead:
            logger.error(
                "delivery is dead; the event is kept, and `lumbung events replay ID` starts it again",
                metadata: metadata(lease, destination, outcome))
        }
    }

    private func metadata(_ lease: Lease, _ destination: String, _ outcome: AttemptOutcome) -> Logger.Metadata {
        [
            LogKeys.queueID: "\(lease.event.id.value)",
            LogKeys.uuid: "\(lease.event.identity)",
            LogKeys.destination: "\(destination)",
            LogKeys.attempt: "\(lease.attempt)",
            LogKeys.outcome: "\(outcome.kind.rawValue)",
            LogKeys.detail: "\(outcome.detail)",
        ]
    }
}
