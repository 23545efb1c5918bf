public import LumbungCore
import Synchronization

/// A transport that sends nothing: a test says how attempts end, holds them, and sees every one.
public final class FakeTransport: Transport {
    /// One attempt as it came in.
    public struct Entry: Sendable {
        /// Its place among all attempts, from 1.
        public var order: Int
        /// The event's identity.
        public var identity: String
        /// The number of the attempt of this delivery, from 1.
        public var attempt: Int
        /// The name of the destination.
        public var destination: String
        /// The lease it ran under.
        public var lease: Lease
        /// The wall-clock time it was given.
        public var startedAt: Timestamp
        /// How it ended; nil while it runs.
        public var outcome: AttemptOutcome?
    }

    private struct Watcher {
        var isMet: @Sendable ([Entry]) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var entries: [Entry] = []
        var scripts: [String: [AttemptOutcome]] = [:]
        var isHolding = false
        var held: [Int: CheckedContinuation<Bool, Never>] = [:]
        var cancelled: Set<Int> = []
        var watchers: [Watcher] = []
        var shutdowns = 0
        var shutdownWatchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let behaviour: @Sendable (Attempt) -> AttemptOutcome

    /// Makes a transport.
    /// - Parameter behaviour: How attempts end for which no script was given.
    public init(_ behaviour: @escaping @Sendable (Attempt) -> AttemptOutcome = { _ in .delivered }) {
        self.behaviour = behaviour
    }

    /// Says how the attempts of one identity end, one after the other; the last outcome stays.
    public func script(_ identity: String, _ outcomes: [AttemptOutcome]) {
        state.withLock { $0.scripts[identity] = outcomes }
    }

    /// Every attempt so far, in the order of their starts.
    public var entries: [Entry] { state.withLock { $0.entries } }

    /// The attempts that run now.
    public var running: [Entry] { entries.filter { $0.outcome == nil } }

    /// The attempts of one identity.
    public func entries(of identity: String) -> [Entry] {
        entries.filter { $0.identity == identity }
    }

    /// From now on attempts wait until they are released.
    public func hold() {
        state.withLock { $0.isHolding = true }
    }

    /// Ends the holding and lets every waiting attempt go on.
    public func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [:] }
            return state.held
        }
        for (_, continuation) in held.sorted(by: { $0.key < $1.key }) { continuation.resume(returning: true) }
    }

    /// Lets the oldest waiting attempt of one identity go on; others and later ones still wait.
    public func release(_ identity: String) {
        let continuation: CheckedContinuation<Bool, Never>? = state.withLock { state in
            let waiting = state.entries.first { $0.identity == identity && state.held[$0.order] != nil }
            return waiting.flatMap { state.held.removeValue(forKey: $0.order) }
        }
        continuation?.resume(returning: true)
    }

    /// Returns once at least `count` attempts have started.
    public func waitForStarts(_ count: Int) async {
        await wait { $0.count >= count }
    }

    /// Returns once at least `count` attempts have ended.
    public func waitForEnds(_ count: Int) async {
        await wait { entries in entries.count { $0.outcome != nil } >= count }
    }

    /// Returns once the list of attempts is as wanted.
    public func wait(until isMet: @escaping @Sendable ([Entry]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isMetNow = state.withLock { state in
                guard !isMet(state.entries) else { return true }
                state.watchers.append(Watcher(isMet: isMet, continuation: continuation))
                return false
            }
            if isMetNow { continuation.resume() }
        }
    }

    /// How often it was shut down.
    public var shutdowns: Int { state.withLock { $0.shutdowns } }

    /// Returns once it was shut down.
    public func waitForShutdown() async {
        await withCheckedContinuation { continuation in
            let isMet = state.withLock { state in
                if state.shutdowns == 0 { state.shutdownWatchers.append(continuation) }
                return state.shutdowns > 0
            }
            if isMet { continuation.resume() }
        }
    }

    /// Counts; attempts go on as before.
    public func shutdown() async {
        let watchers = state.withLock { state in
            state.shutdowns += 1
            defer { state.shutdownWatchers = [] }
            return state.shutdownWatchers
        }
        for watcher in watchers { watcher.resume() }
    }

    /// Records the attempt, waits while held, and ends as scripted; a cancelled wait ends as interrupted.
    public func deliver(_ attempt: Attempt) async -> AttemptOutcome {
        let order = start(attempt)
        let goesOn = await withTaskCancellationHandler {
            await withCheckedContinuation { park(order, $0) }
        } onCancel: {
            cancel(order)
        }
        let outcome = goesOn ? nextOutcome(of: attempt) : AttemptOutcome(kind: .interrupted, detail: "cancelled")
        change { $0.entries[order - 1].outcome = outcome }
        return outcome
    }

    private func start(_ attempt: Attempt) -> Int {
        change { state in
            let order = state.entries.count + 1
            state.entries.append(
                Entry(
                    order: order, identity: attempt.lease.event.identity, attempt: attempt.lease.attempt,
                    destination: attempt.destinationName, lease: attempt.lease, startedAt: attempt.startedAt))
            return order
        }
    }

    private func park(_ order: Int, _ continuation: CheckedContinuation<Bool, Never>) {
        let answer: Bool? = state.withLock { state in
            if state.cancelled.remove(order) != nil { return false }
            guard state.isHolding else { return true }
            state.held[order] = continuation
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    private func cancel(_ order: Int) {
        let continuation = state.withLock { state in
            let held = state.held.removeValue(forKey: order)
            if held == nil { state.cancelled.insert(order) }
            return held
        }
        continuation?.resume(returning: false)
    }

    private func nextOutcome(of attempt: Attempt) -> AttemptOutcome {
        let scripted: AttemptOutcome? = state.withLock { state in
            let identity = attempt.lease.event.identity
            guard var outcomes = state.scripts[identity], let next = outcomes.first else { return nil }
            if outcomes.count > 1 { outcomes.removeFirst() }
            state.scripts[identity] = outcomes
            return next
        }
        return scripted ?? behaviour(attempt)
    }

    private func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let (result, met) = state.withLock { state in
            let result = body(&state)
            let entries = state.entries
            let met = state.watchers.filter { $0.isMet(entries) }
            state.watchers.removeAll { $0.isMet(entries) }
            return (result, met)
        }
        for watcher in met { watcher.continuation.resume() }
        return result
    }
}
