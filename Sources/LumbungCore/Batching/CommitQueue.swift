/// What waits for the one writer: requests to store events, and other work, joined into groups that share one commit.
///
/// A pure state machine: no lock, no thread, no timer. An idle writer takes a single request at once; a busy one finds
/// everything that arrived during its last commit. `Work` is whatever else the store does in a transaction.
public struct CommitQueue<Work: Sendable>: Sendable {
    /// The bounds of the queue and of one group.
    public struct Limits: Sendable, Hashable {
        /// The most requests that wait; further ones are refused as overloaded.
        public var waitingRequests: Int
        /// The most memory that waits, in bytes (``AppendRequest/heldBytes``); a single larger request is still taken when
        /// nothing else waits.
        public var waitingBytes: Int
        /// The most events in one group, so that one commit stays short.
        public var groupEvents: Int
        /// The most memory of one group, in bytes; one request is always taken.
        public var groupBytes: Int

        /// Makes limits; the defaults hold a second of full load and keep a commit below a few milliseconds.
        public init(
            waitingRequests: Int = 16_384,
            waitingBytes: Int = 64 * 1024 * 1024,
            groupEvents: Int = 512,
            groupBytes: Int = 8 * 1024 * 1024
        ) {
            self.waitingRequests = waitingRequests
            self.waitingBytes = waitingBytes
            self.groupEvents = groupEvents
            self.groupBytes = groupBytes
        }
    }

    /// What the caller of a submission does next.
    public enum Admission: Sendable, Hashable {
        /// Taken; the writer is awake and will come to it.
        case taken
        /// Taken; the writer sleeps and must be woken.
        case takenWakeWriter
        /// Not taken, and why.
        case refused(StoreError)
    }

    /// Everything that goes into the next transaction.
    public struct Group: Sendable {
        /// Requests to store, in the order of arrival.
        public var appends: [AppendRequest]
        /// Other work, after the appends.
        public var work: [Work]
        /// Requests that waited too long; they are told ``StoreError/busy``.
        public var expired: [AppendRequest]
    }

    /// What the writer does next.
    public enum Next: Sendable {
        /// Run this group.
        case run(Group)
        /// Nothing waits: sleep until woken.
        case sleep
        /// Closed and drained: end.
        case finish
    }

    private let limits: Limits
    /// What waits begins at `head`; places before it are emptied, so that nothing handed out is held in memory.
    private var appends: [AppendRequest?] = []
    private var head = 0
    private var work: [Work] = []
    private var waitingBytes = 0
    private var isAsleep = false
    private var isClosed = false

    /// Makes an empty queue whose writer is awake.
    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// How many requests wait.
    public var waitingRequests: Int { appends.count - head }

    /// Takes a request to store events, or refuses it when too much waits or the queue is closed.
    public mutating func submit(_ request: AppendRequest) -> Admission {
        guard !isClosed else { return .refused(.closed) }
        let isFull =
            waitingRequests >= limits.waitingRequests
            || (waitingRequests > 0 && waitingBytes + request.heldBytes > limits.waitingBytes)
        guard !isFull else { return .refused(.overloaded) }
        appends.append(request)
        waitingBytes += request.heldBytes
        return wake()
    }

    /// Takes other work; refused only after ``close()``.
    public mutating func submit(_ item: Work) -> Admission {
        guard !isClosed else { return .refused(.closed) }
        work.append(item)
        return wake()
    }

    /// The next group, or what to do when there is none.
    /// - Parameter now: The monotonic time; requests whose deadline lies before it are sorted out.
    public mutating func next(now: ContinuousClock.Instant) -> Next {
        var group = Group(appends: [], work: work, expired: [])
        work.removeAll(keepingCapacity: true)
        var events = 0
        var bytes = 0
        while head < appends.count {
            guard let request = appends[head] else {
                head += 1
                continue
            }
            if request.deadline <= now {
                group.expired.append(request)
            } else {
                let fits =
                    events + request.events.count <= limits.groupEvents
                    && bytes + request.heldBytes <= limits.groupBytes
                guard fits || group.appends.isEmpty else { break }
                group.appends.append(request)
                events += request.events.count
                bytes += request.heldBytes
            }
            waitingBytes -= request.heldBytes
            appends[head] = nil
            head += 1
        }
        compact()
        guard group.appends.isEmpty && group.work.isEmpty && group.expired.isEmpty else { return .run(group) }
        isAsleep = !isClosed
        return isClosed ? .finish : .sleep
    }

    /// Puts requests back at the front, in their order: the writer could not begin, and they can still wait.
    public mutating func putBack(_ requests: [AppendRequest], work items: [Work]) {
        appends.replaceSubrange(..<head, with: requests)
        head = 0
        waitingBytes += requests.reduce(0) { $0 + $1.heldBytes }
        work.insert(contentsOf: items, at: 0)
    }

    /// Refuses everything from now on; what waits is still handed out.
    /// - Returns: Whether the writer sleeps and must be woken.
    public mutating func close() -> Bool {
        isClosed = true
        defer { isAsleep = false }
        return isAsleep
    }

    private mutating func wake() -> Admission {
        guard isAsleep else { return .taken }
        isAsleep = false
        return .takenWakeWriter
    }

    private mutating func compact() {
        if head == appends.count {
            appends.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 4096 && head > appends.count / 2 {
            appends.removeSubrange(..<head)
            head = 0
        }
    }
}
