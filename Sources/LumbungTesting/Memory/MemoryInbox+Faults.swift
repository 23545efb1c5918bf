public import LumbungCore
import Synchronization

extension MemoryInbox {
    /// What a fault or a hold applies to.
    public enum Operation: Sendable, Hashable {
        /// Storing events.
        case append
        /// Keeping a refused request.
        case reject
        /// Giving destinations their numbers.
        case register
        /// The recovery at start.
        case recover
        /// Recording and claiming.
        case turn
        /// Taking back ended leases.
        case reclaim
        /// Removing old events.
        case prune
        /// Any read.
        case read
        /// What an operator steers.
        case operate
    }

    /// The next operation of this kind fails with `error` and changes nothing; more than one fault is used up in order.
    public func failNext(_ operation: Operation, with error: StoreError) {
        state.withLock { $0.faults[operation, default: []].append(error) }
    }

    /// Stops the inbox for good, as an I/O error during a commit would.
    public func fail(_ reason: String) {
        end { $0.failure = reason }
    }

    /// From now on appends or turns still take effect, but nobody is told before ``release()``: the window between a
    /// commit and its answer.
    public func hold(_ operation: Operation) {
        state.withLock { _ = $0.holding.insert(operation) }
    }

    /// Ends every hold and tells who waits, in order.
    public func release() {
        let held = state.withLock { state in
            state.holding = []
            defer { state.held = [] }
            return state.held
        }
        for waiting in held { waiting.goOn() }
    }

    /// Returns once at least `count` operations are held.
    public func waitForHeld(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isMet = state.withLock { state in
                guard state.held.count < count else { return true }
                state.heldWatchers.append((count, continuation))
                return false
            }
            if isMet { continuation.resume() }
        }
    }

    /// Returns once what is stored is as wanted.
    public func wait(until isMet: @escaping @Sendable (InboxModel) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isMetNow = state.withLock { state in
                guard !isMet(state.model) else { return true }
                state.watchers.append(Watcher(isMet: isMet, continuation: continuation))
                return false
            }
            if isMetNow { continuation.resume() }
        }
    }

    /// Goes on at once, or later when the operation is held.
    func pass(_ operation: Operation, _ goOn: @escaping @Sendable () -> Void) {
        let (goesOn, met) = state.withLock { state in
            guard state.holding.contains(operation) else { return (true, [CheckedContinuation<Void, Never>]()) }
            state.held.append((operation, goOn))
            let count = state.held.count
            let met = state.heldWatchers.filter { $0.count <= count }.map(\.continuation)
            state.heldWatchers.removeAll { $0.count <= count }
            return (false, met)
        }
        if goesOn { goOn() }
        for watcher in met { watcher.resume() }
    }

    /// Ends the inbox and tells who waits for that.
    func end(_ change: (inout State) -> Void) {
        let (waiters, reason) = state.withLock { state in
            change(&state)
            defer { state.endWaiters = [] }
            return (state.endWaiters, state.failure)
        }
        for waiter in waiters { waiter.resume(returning: reason) }
    }
}
