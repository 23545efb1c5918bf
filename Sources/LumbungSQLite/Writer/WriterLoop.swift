import Dispatch
import LumbungCore
import Synchronization

/// What the writer's thread and everybody else share: the queue, the bell, and whether the store has failed.
final class WriterDesk: Sendable {
    struct State: Sendable {
        var queue: CommitQueue<WriterJob>
        var rejections: [Rejection] = []
        var isKeepingRejections = false
        var quarantineBytes = 0
        var failure: String?
        var isFinished = false
        var failureWaiters: [CheckedContinuation<String?, Never>] = []
    }

    private let state: Mutex<State>
    private let bell = DispatchSemaphore(value: 0)

    init(limits: CommitQueue<WriterJob>.Limits) {
        state = Mutex(State(queue: CommitQueue(limits: limits)))
    }

    /// Hands a request in, or tells it at once why not.
    func submit(_ request: AppendRequest) {
        let admission = state.withLock { state in
            state.failure == nil ? state.queue.submit(request) : .refused(.unknown(state.failure ?? ""))
        }
        act(on: admission) { request.completion(.failure($0)) }
    }

    /// Hands other work in, or tells it at once why not.
    func submit(_ job: WriterJob) {
        let admission = state.withLock { state in
            state.failure == nil ? state.queue.submit(job) : .refused(.unknown(state.failure ?? ""))
        }
        act(on: admission) { job.fail($0) }
    }

    /// Leaves a rejection to be kept with the next group; past ``waitingRejections`` it is let go.
    func submit(_ rejection: Rejection) {
        let isFirst = state.withLock { state in
            guard state.failure == nil, state.rejections.count < Self.waitingRejections else { return false }
            state.rejections.append(rejection)
            defer { state.isKeepingRejections = true }
            return !state.isKeepingRejections
        }
        if isFirst { submit(keepingRejections) }
    }

    /// One job for however many have gathered by the time it runs; it may run again after a rollback.
    private var keepingRejections: WriterJob {
        WriterJob(
            deadline: ContinuousClock.now,
            execute: { session throws(StoreError) in
                let waiting = self.state.withLock { $0.rejections }
                try session.keep(waiting)
                return WriterJob.Told(success: { self.kept(waiting.count) })
            },
            fail: { _ in self.kept(.max) }
        )
    }

    /// Forgets the rejections that are kept, or cannot be, and sees to those that came meanwhile.
    private func kept(_ count: Int) {
        let isMore = state.withLock { state in
            state.rejections.removeFirst(min(count, state.rejections.count))
            state.isKeepingRejections = !state.rejections.isEmpty
            return state.isKeepingRejections
        }
        if isMore { submit(keepingRejections) }
    }

    /// Takes a request for quarantine into the memory for those that wait, or not, when that is full; a single larger one
    /// is still taken when nothing else waits.
    ///
    /// Anybody can send them, and the queue has no bound for other work than events.
    func admit(quarantineBytes bytes: Int) -> Bool {
        state.withLock { state in
            guard state.quarantineBytes == 0 || state.quarantineBytes + bytes <= Self.waitingQuarantineBytes else {
                return false
            }
            state.quarantineBytes += bytes
            return true
        }
    }

    /// A request for quarantine waits no longer.
    func left(quarantineBytes bytes: Int) {
        state.withLock { $0.quarantineBytes -= bytes }
    }

    /// The next thing for the writer's thread to do; sleeps while there is nothing.
    func next(clock: ContinuousClock) -> CommitQueue<WriterJob>.Group? {
        while true {
            switch state.withLock({ $0.queue.next(now: clock.now) }) {
            case .run(let group): return group
            case .sleep: bell.wait()
            case .finish: return nil
            }
        }
    }

    /// Puts a group back that could not begin.
    func putBack(_ requests: [AppendRequest], work: [WriterJob]) {
        state.withLock { $0.queue.putBack(requests, work: work) }
    }

    /// Ends taking work in; what was handed in is still done.
    func close() {
        let mustWake = state.withLock { $0.queue.close() }
        if mustWake { bell.signal() }
    }

    /// Marks the store as failed for good.
    func fail(_ reason: String) {
        end { state in
            state.failure = reason
            _ = state.queue.close()
        }
    }

    /// Tells everybody who still waits that the store has failed.
    func refuseWaiting() {
        let error = StoreError.unknown(failureReason ?? "the store has stopped")
        while let group = next(clock: ContinuousClock()) {
            for request in group.appends + group.expired { request.completion(.failure(error)) }
            for job in group.work { job.fail(error) }
        }
    }

    /// Marks the store as closed in order.
    func finish() {
        end { $0.isFinished = true }
    }

    /// Why the store failed, if it did.
    var failureReason: String? { state.withLock { $0.failure } }

    /// Waits for the end of the store.
    func failure() async -> String? {
        await withCheckedContinuation { continuation in
            let known: String?? = state.withLock { state in
                if let reason = state.failure { return .some(reason) }
                if state.isFinished { return .some(nil) }
                state.failureWaiters.append(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func end(_ change: (inout State) -> Void) {
        let (waiters, reason) = state.withLock { state in
            change(&state)
            defer { state.failureWaiters = [] }
            return (state.failureWaiters, state.failure)
        }
        for waiter in waiters { waiter.resume(returning: reason) }
    }

    private func act(on admission: CommitQueue<WriterJob>.Admission, refuse: (StoreError) -> Void) {
        switch admission {
        case .taken: break
        case .takenWakeWriter: bell.signal()
        case .refused(let error): refuse(error)
        }
    }

    /// How many refused requests wait to be kept; more in one commit's time are a flood, and these tell enough.
    private static let waitingRejections = 256
    /// How many bytes of requests for quarantine wait to be kept; they all go into one transaction.
    private static let waitingQuarantineBytes = 16 * 1024 * 1024
}
