import LumbungCore
import LumbungTesting
import Testing

/// The queue against the plainest thing that does the same: two arrays, walked from the front.
struct CommitQueuePropertyTests {
    private struct Reference {
        var limits: CommitQueue<Int>.Limits
        var appends: [(number: Int, events: Int, bytes: Int, deadline: Int)] = []
        var work: [Int] = []
        var isAsleep = false
        var isClosed = false

        mutating func submit(_ number: Int, events: Int, bytes: Int, deadline: Int) -> CommitQueue<Int>.Admission {
            if isClosed { return .refused(.closed) }
            let waiting = appends.map(\.bytes).reduce(0, +)
            let isFull = appends.count >= limits.waitingRequests
            if isFull || (!appends.isEmpty && waiting + bytes > limits.waitingBytes) { return .refused(.overloaded) }
            appends.append((number, events, bytes, deadline))
            return wake()
        }

        mutating func submit(_ item: Int) -> CommitQueue<Int>.Admission {
            if isClosed { return .refused(.closed) }
            work.append(item)
            return wake()
        }

        mutating func next(now: Int) -> String {
            var taken: [Int] = []
            var expired: [Int] = []
            var (events, bytes) = (0, 0)
            while let first = appends.first {
                if first.deadline <= now {
                    expired.append(first.number)
                } else if taken.isEmpty
                    || (events + first.events <= limits.groupEvents && bytes + first.bytes <= limits.groupBytes)
                {
                    taken.append(first.number)
                    events += first.events
                    bytes += first.bytes
                } else {
                    break
                }
                appends.removeFirst()
            }
            defer { work = [] }
            if taken.isEmpty && expired.isEmpty && work.isEmpty {
                isAsleep = !isClosed
                return isClosed ? "finish" : "sleep"
            }
            return "run \(taken) \(work) \(expired)"
        }

        private mutating func wake() -> CommitQueue<Int>.Admission {
            defer { isAsleep = false }
            return isAsleep ? .takenWakeWriter : .taken
        }
    }

    private static let start = ContinuousClock.now

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `random submissions and groups agree with the reference`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limits = CommitQueue<Int>.Limits(
            waitingRequests: random.pick(1...20), waitingBytes: random.pick(1...16_000),
            groupEvents: random.pick(1...12), groupBytes: random.pick(1...8000))
        var queue = CommitQueue<Int>(limits: limits)
        var reference = Reference(limits: limits)
        var last: CommitQueue<Int>.Group?
        for step in 0..<600 {
            switch random.pick(1...100) {
            case ...45:
                let (events, bytes, deadline) = (random.pick(1...4), random.pick(0...3000), step + random.pick(-2...40))
                let request = Self.request(step, events: events, bytes: bytes, deadline: deadline)
                let expected = reference.submit(step, events: events, bytes: request.heldBytes, deadline: deadline)
                #expect(queue.submit(request) == expected, "seed \(seed), step \(step)")
            case ...60:
                #expect(queue.submit(step) == reference.submit(step), "seed \(seed), step \(step)")
            case ...92:
                let next = queue.next(now: Self.start.advanced(by: .seconds(step)))
                if case .run(let group) = next { last = group }
                #expect(Self.describe(next) == reference.next(now: step), "seed \(seed), step \(step)")
            case ...98:
                // The writer could not begin: part of its group can still wait.
                let kept = (last?.appends ?? []).filter { _ in random.chance(percent: 70) }
                queue.putBack(kept, work: last?.work ?? [])
                reference.appends.insert(contentsOf: kept.map(Self.describe), at: 0)
                reference.work.insert(contentsOf: last?.work ?? [], at: 0)
                last = nil
            default:
                guard step > 500 else { continue }
                #expect(queue.close() == reference.isAsleep, "seed \(seed), step \(step)")
                reference.isClosed = true
                reference.isAsleep = false
            }
            #expect(queue.waitingRequests == reference.appends.count, "seed \(seed), step \(step)")
        }
    }

    @Test func `a long queue that is taken bit by bit loses nothing`() {
        var queue = CommitQueue<Int>(limits: .init(waitingRequests: 50_000, groupEvents: 100))
        var submitted = 0
        var seen: [Int] = []
        for round in 0..<200 {
            for _ in 0..<(round < 100 ? 150 : 50) {
                #expect(queue.submit(Self.request(submitted, events: 1, bytes: 1, deadline: 1000)) == .taken)
                submitted += 1
            }
            guard case .run(let group) = queue.next(now: Self.start) else { continue }
            seen += group.appends.map { Self.describe($0).number }
        }
        #expect(seen == Array(0..<submitted))
    }

    private static func request(_ number: Int, events: Int, bytes: Int, deadline: Int) -> AppendRequest {
        let events = (0..<events).map { index in
            NewEvent.sample(
                "\(number)", source: "\(deadline)", payload: [UInt8](repeating: 0, count: index == 0 ? bytes : 0),
                to: [])
        }
        return AppendRequest(events: events, deadline: start.advanced(by: .seconds(deadline))) { _ in }
    }

    private static func describe(_ request: AppendRequest) -> (number: Int, events: Int, bytes: Int, deadline: Int) {
        (
            Int(request.events[0].identity) ?? -1, request.events.count, request.heldBytes,
            Int(request.events[0].source) ?? -1
        )
    }

    private static func describe(_ next: CommitQueue<Int>.Next) -> String {
        switch next {
        case .sleep: return "sleep"
        case .finish: return "finish"
        case .run(let group):
            let taken = group.appends.map { describe($0).number }
            return "run \(taken) \(group.work) \(group.expired.map { describe($0).number })"
        }
    }
}
