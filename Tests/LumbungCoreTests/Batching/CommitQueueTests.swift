import LumbungCore
import LumbungTesting
import Testing

struct CommitQueueTests {
    typealias Queue = CommitQueue<String>
    private static let now = ContinuousClock.now
    private static let later = now.advanced(by: .seconds(60))

    private func request(_ name: String, events: Int = 1, bytes: Int = 1, deadline: ContinuousClock.Instant = later)
        -> AppendRequest
    {
        let events = (0..<events).map { index in
            let payload = [UInt8](repeating: 1, count: index == 0 ? bytes : 0)
            return NewEvent.sample("\(name)/\(index)", payload: payload, to: [])
        }
        return AppendRequest(events: events, deadline: deadline) { _ in }
    }

    private func names(_ requests: [AppendRequest]) -> [String] {
        requests.map { String($0.events[0].identity.split(separator: "/")[0]) }
    }

    private func group(_ next: Queue.Next) throws -> Queue.Group {
        guard case .run(let group) = next else { throw StoreError.invalid("no group") }
        return group
    }

    @Test(arguments: [(4, 4), (5, 5), (6, 5)])
    func `a group holds events up to its bound`(_ waiting: Int, _ taken: Int) throws {
        var queue = Queue(limits: .init(groupEvents: 5))
        for index in 0..<waiting { _ = queue.submit(request("\(index)")) }
        #expect(try group(queue.next(now: Self.now)).appends.count == taken)
        #expect(queue.waitingRequests == waiting - taken)
    }

    @Test(arguments: [(-1, 2), (0, 2), (1, 1)])
    func `a group holds bytes up to its bound`(_ excess: Int, _ taken: Int) throws {
        let (first, second) = (request("a", bytes: 60), request("b", bytes: 40))
        var queue = Queue(limits: .init(groupBytes: first.heldBytes + second.heldBytes - excess))
        _ = queue.submit(first)
        _ = queue.submit(second)
        #expect(try group(queue.next(now: Self.now)).appends.count == taken)
    }

    @Test func `a request larger than a group is taken alone`() throws {
        var queue = Queue(limits: .init(groupEvents: 2, groupBytes: 10))
        _ = queue.submit(request("large", events: 9, bytes: 99))
        _ = queue.submit(request("small"))
        #expect(names(try group(queue.next(now: Self.now)).appends) == ["large"])
        #expect(names(try group(queue.next(now: Self.now)).appends) == ["small"])
    }

    @Test func `a request is never split and never overtaken`() throws {
        var queue = Queue(limits: .init(groupEvents: 4))
        for (name, events) in [("a", 3), ("b", 2), ("c", 1)] { _ = queue.submit(request(name, events: events)) }
        #expect(names(try group(queue.next(now: Self.now)).appends) == ["a"])
        #expect(names(try group(queue.next(now: Self.now)).appends) == ["b", "c"])
    }

    @Test func `requests beyond the bound are refused, one less and exactly are not`() {
        var queue = Queue(limits: .init(waitingRequests: 3))
        let answers = (0..<4).map { queue.submit(request("\($0)")) }
        #expect(answers == [.taken, .taken, .taken, .refused(.overloaded)])
        _ = queue.next(now: Self.now)
        #expect(queue.submit(request("again")) == .taken)
    }

    @Test(arguments: [(-1, Queue.Admission.taken), (0, .taken), (1, .refused(.overloaded))])
    func `bytes beyond the bound are refused`(_ excess: Int, _ expected: Queue.Admission) {
        let (first, second) = (request("a", bytes: 60), request("b", bytes: 40))
        var queue = Queue(limits: .init(waitingBytes: first.heldBytes + second.heldBytes - excess))
        _ = queue.submit(first)
        #expect(queue.submit(second) == expected)
    }

    @Test func `what a request holds is its payloads, names and overhead, and its headers once`() {
        let events = ["a", "bc"].map { identity in
            var event = NewEvent(
                source: "s", identity: identity, type: "type",
                content: EventContent(payload: [1, 2, 3], digest: [], headers: #"{"x":"y"}"#),
                receivedAt: Timestamp(milliseconds: 0), routing: EventRouting(destinations: [], resendRevives: true))
            event.tenant = "tenant"
            return event
        }
        let request = AppendRequest(events: events, deadline: Self.later) { _ in }
        #expect(request.heldBytes == 9 + (3 + 1 + 4 + 6) + (3 + 2 + 4 + 6) + 2 * AppendRequest.eventOverheadBytes)
    }

    @Test func `a request that was handed out is not held while others wait`() throws {
        final class Token: Sendable {}
        var queue = Queue(limits: .init(groupEvents: 1))
        weak var token: Token?
        do {
            let mine = Token()
            token = mine
            let request = AppendRequest(events: [.sample("held", to: [])], deadline: Self.later) { [mine] _ in
                _ = mine
            }
            _ = queue.submit(request)
        }
        _ = queue.submit(self.request("behind"))
        #expect(token != nil)
        _ = queue.next(now: Self.now)
        #expect(token == nil)
        #expect(queue.waitingRequests == 1)
    }

    @Test func `many small events are refused by what they hold, although their payloads are next to nothing`() {
        var queue = Queue(limits: .init(waitingBytes: 20 * AppendRequest.eventOverheadBytes))
        #expect(queue.submit(request("a", events: 10, bytes: 1)) == .taken)
        #expect(queue.submit(request("b", events: 10, bytes: 1)) == .refused(.overloaded))
    }

    @Test func `a single request beyond the byte bound is taken when nothing else waits`() {
        var queue = Queue(limits: .init(waitingBytes: 100))
        #expect(queue.submit(request("large", bytes: 1000)) == .taken)
        #expect(queue.submit(request("small")) == .refused(.overloaded))
        _ = queue.next(now: Self.now)
        #expect(queue.submit(request("small")) == .taken)
    }

    @Test func `other work is not bounded with the requests`() throws {
        var queue = Queue(limits: .init(waitingRequests: 1))
        _ = queue.submit(request("a"))
        for index in 0..<3 { #expect(queue.submit("work \(index)") == .taken) }
        let group = try group(queue.next(now: Self.now))
        #expect(group.work == ["work 0", "work 1", "work 2"] && group.appends.count == 1)
    }

    @Test func `a request expires at its deadline, not before`() throws {
        var queue = Queue()
        for offset in [-1, 0, 1] {
            _ = queue.submit(request("\(offset)", deadline: Self.now.advanced(by: .nanoseconds(offset))))
        }
        let group = try group(queue.next(now: Self.now))
        #expect(names(group.expired) == ["-1", "0"])
        #expect(names(group.appends) == ["1"])
    }

    @Test func `the expired do not fill a group`() throws {
        var queue = Queue(limits: .init(groupEvents: 1))
        for index in 0..<5 { _ = queue.submit(request("late \(index)", deadline: Self.now)) }
        _ = queue.submit(request("good"))
        let group = try group(queue.next(now: Self.now))
        #expect(group.expired.count == 5 && names(group.appends) == ["good"])
    }

    @Test func `exactly one submission wakes a sleeping writer`() {
        var queue = Queue()
        #expect(queue.submit(request("before")) == .taken, "the writer has not gone to sleep yet")
        _ = queue.next(now: Self.now)
        for round in 0..<3 {
            guard case .sleep = queue.next(now: Self.now) else {
                Issue.record("nothing waits, so the writer sleeps")
                return
            }
            let isWork = round == 1
            let first = isWork ? queue.submit("work") : queue.submit(request("a"))
            #expect(first == .takenWakeWriter)
            #expect(queue.submit(request("b")) == .taken)
            #expect(queue.submit("more") == .taken)
            _ = queue.next(now: Self.now)
        }
    }

    @Test func `a refused submission wakes nobody`() {
        var queue = Queue(limits: .init(waitingRequests: 0))
        _ = queue.next(now: Self.now)
        #expect(queue.submit(request("a")) == .refused(.overloaded))
        #expect(queue.submit("work") == .takenWakeWriter)
    }

    @Test func `what is put back comes first and in its order`() throws {
        var queue = Queue(limits: .init(groupEvents: 2))
        for name in ["a", "b", "c"] { _ = queue.submit(request(name)) }
        _ = queue.submit("one")
        let taken = try group(queue.next(now: Self.now))
        _ = queue.submit(request("d"))
        _ = queue.submit("two")
        queue.putBack(taken.appends, work: taken.work)
        #expect(queue.waitingRequests == 4)
        let first = try group(queue.next(now: Self.now))
        #expect(names(first.appends) == ["a", "b"] && first.work == ["one", "two"])
        #expect(names(try group(queue.next(now: Self.now)).appends) == ["c", "d"])
    }

    @Test func `what is put back counts against the bytes again`() throws {
        let (first, exact) = (request("a", bytes: 60), request("c", bytes: 40))
        var queue = Queue(limits: .init(waitingBytes: first.heldBytes + exact.heldBytes))
        _ = queue.submit(first)
        let taken = try group(queue.next(now: Self.now))
        queue.putBack(taken.appends, work: [])
        #expect(queue.submit(request("b", bytes: 41)) == .refused(.overloaded))
        #expect(queue.submit(exact) == .taken)
    }

    @Test func `a closed queue refuses everything and is drained to its end`() throws {
        var queue = Queue()
        _ = queue.submit(request("a"))
        let mustWake = queue.close()
        #expect(!mustWake)
        #expect(queue.submit(request("b")) == .refused(.closed))
        #expect(queue.submit("work") == .refused(.closed))
        #expect(names(try group(queue.next(now: Self.now)).appends) == ["a"])
        guard case .finish = queue.next(now: Self.now) else {
            Issue.record("a closed and drained queue ends")
            return
        }
    }

    @Test func `closing wakes a sleeping writer once`() {
        var queue = Queue()
        _ = queue.next(now: Self.now)
        let mustWake = queue.close()
        #expect(mustWake)
        let mustWakeAgain = queue.close()
        #expect(!mustWakeAgain)
        guard case .finish = queue.next(now: Self.now) else {
            Issue.record("a closed and drained queue ends")
            return
        }
    }
}
