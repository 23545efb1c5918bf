import LumbungKit
import NIOCore
import NIOHTTP1
import Testing

@testable import LumbungHTTP

@Suite struct IngestExchangeTests {
    enum Event {
        case head(RequestPlan)
        case body(Int)
        case end, malformed, inputClosed
        case answered(Bool)
        case flushed
        case bytes, timeout, quiesce, inactive
    }

    struct Step: CustomTestStringConvertible {
        var name: String
        var events: [Event]
        var action: IngestExchange.Action
        var state: IngestExchange.State

        var testDescription: String { name }
    }

    static let post = plan("POST", "/webhook/accurate", length: 10)
    static let waiting = plan("POST", "/webhook/accurate", length: 10, extra: [("expect", "100-continue")])
    static let last = plan("POST", "/webhook/accurate", length: 10, extra: [("connection", "close")])
    static let health = plan("GET", "/healthz", length: nil)
    static let lost = plan("GET", "/lost", length: nil)
    static let lostPost = plan("POST", "/lost", length: 3)
    static let large = plan("POST", "/webhook/accurate", length: 1_048_577)

    static func plan(_ method: String, _ uri: String, length: Int?, extra: [(String, String)] = []) -> RequestPlan {
        var headers = HTTPHeaders([("host", "localhost")] + extra)
        if let length { headers.add(name: "content-length", value: "\(length)") }
        let head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: uri, headers: headers)
        return RequestPlan(head, maxBodyBytes: 1_048_576) { Source(name: $0) }
    }

    static let tooLarge = Refusal(.bodyTooLarge(limitBytes: 1_048_576))

    static let steps: [Step] = [
        Step(name: "a head", events: [.head(post)], action: .none, state: .reading),
        Step(name: "a head that waits", events: [.head(waiting)], action: .sendContinue, state: .reading),
        Step(name: "a body", events: [.head(post), .body(10)], action: .keepBody, state: .reading),
        Step(name: "an end", events: [.head(post), .body(10), .end], action: .answer(.ingest), state: .answering),
        Step(name: "health", events: [.head(health), .end], action: .answer(.health), state: .answering),
        Step(
            name: "a lost GET waits for its end", events: [.head(lost), .end],
            action: .answer(.refuse(Refusal(.unknownPath))), state: .answering),
        Step(
            name: "a lost POST does not", events: [.head(lostPost)], action: .refuse(Refusal(.unknownPath)),
            state: .answering),
        Step(
            name: "a declared length over the limit", events: [.head(large)], action: .refuse(tooLarge),
            state: .answering),
        Step(
            name: "at the limit", events: [.head(post), .body(1_048_576)], action: .keepBody, state: .reading),
        Step(
            name: "over the limit", events: [.head(post), .body(1_048_576), .body(1)], action: .refuse(tooLarge),
            state: .answering),
        Step(
            name: "answered", events: [.head(post), .end, .answered(true)], action: .takeNext, state: .idle),
        Step(
            name: "answered, not read", events: [.head(post), .end, .answered(false)], action: .awaitFlush,
            state: .sending),
        Step(
            name: "read after all", events: [.head(post), .end, .answered(false), .flushed], action: .takeNext,
            state: .idle),
        Step(
            name: "never read", events: [.head(post), .end, .answered(false), .timeout], action: .close,
            state: .closed),
        Step(name: "the last", events: [.head(last), .end, .answered(true)], action: .close, state: .closed),
        Step(name: "refused", events: [.head(large), .answered(true)], action: .closeOutput, state: .draining),
        Step(
            name: "input while draining", events: [.head(large), .answered(true), .body(5)], action: .none,
            state: .draining),
        Step(
            name: "drained", events: [.head(large), .answered(true), .inputClosed], action: .close, state: .closed),
        Step(
            name: "never drained", events: [.head(large), .answered(true), .timeout], action: .close, state: .closed),
        Step(name: "idle too long", events: [.timeout], action: .close, state: .closed),
        Step(
            name: "a slow head", events: [.bytes, .timeout], action: .refuse(Refusal(.headTooSlow)), state: .answering),
        Step(
            name: "a slow body", events: [.head(post), .timeout], action: .refuse(Refusal(.bodyTooSlow)),
            state: .answering),
        Step(
            name: "a commit may take its time", events: [.head(post), .end, .timeout], action: .none,
            state: .answering),
        Step(name: "bytes that are no request", events: [.malformed], action: .refuse(bad), state: .answering),
        Step(name: "a bad chunk", events: [.head(post), .malformed], action: .refuse(bad), state: .answering),
        Step(
            name: "bad bytes while answering", events: [.head(post), .end, .malformed], action: .none, state: .answering
        ),
        Step(
            name: "a body cut short", events: [.head(post), .body(3), .inputClosed],
            action: .refuse(Refusal(.cutShort)),
            state: .answering),
        Step(name: "the sender leaves", events: [.inputClosed], action: .close, state: .closed),
        Step(name: "a stop while idle", events: [.quiesce], action: .close, state: .closed),
        Step(name: "a stop while heading", events: [.bytes, .quiesce], action: .close, state: .closed),
        Step(name: "a stop while reading", events: [.head(post), .quiesce], action: .none, state: .reading),
        Step(
            name: "a stop and a slow body", events: [.head(post), .quiesce, .timeout],
            action: .refuse(Refusal(.stopping)), state: .answering),
        Step(
            name: "a stop while answering", events: [.head(post), .end, .quiesce, .answered(true)], action: .close,
            state: .closed),
        Step(
            name: "gone while answering", events: [.head(post), .end, .inactive, .answered(true)], action: .none,
            state: .closed),
        Step(name: "gone, then a timeout", events: [.inactive, .timeout], action: .none, state: .closed),
    ]

    static let bad = Refusal(.malformed("bad"))

    @Test(arguments: steps)
    func `each event leads to its action and state`(_ step: Step) {
        var now = NIODeadline.uptimeNanoseconds(0)
        var exchange = IngestExchange(limits: IngestLimits(), now: now)
        var action = IngestExchange.Action.none
        for event in step.events { action = Self.apply(event, to: &exchange, now: &now) }
        #expect(action == step.action)
        #expect(exchange.state == step.state)
    }

    static func apply(
        _ event: Event, to exchange: inout IngestExchange, now: inout NIODeadline
    ) -> IngestExchange.Action {
        switch event {
        case .head(let plan): return exchange.head(plan, now: now)
        case .body(let count): return exchange.body(count)
        case .end: return exchange.end()
        case .malformed: return exchange.malformed(.malformed("bad"))
        case .inputClosed: return exchange.inputClosed()
        case .answered(let isFlushed): return exchange.answered(isFlushed: isFlushed, now: now)
        case .flushed: return exchange.flushed(now: now)
        case .bytes:
            exchange.bytesArrived(now: now)
            return .none
        case .timeout:
            now = min(exchange.deadline, now + .hours(1))
            return exchange.timeout(now: now)
        case .quiesce: return exchange.quiesce(now: now)
        case .inactive:
            exchange.inactive()
            return .none
        }
    }

    @Test func `deadlines are the limits and not a nanosecond less`() {
        let start = NIODeadline.uptimeNanoseconds(7)
        var exchange = IngestExchange(limits: IngestLimits(), now: start)
        #expect(exchange.deadline == start + .seconds(15))
        exchange.bytesArrived(now: start)
        #expect(exchange.deadline == start + .seconds(10))
        exchange.bytesArrived(now: start + .seconds(9))
        #expect(exchange.deadline == start + .seconds(10))
        _ = exchange.head(Self.post, now: start)
        #expect(exchange.deadline == start + .seconds(30))
        #expect(exchange.timeout(now: start + .seconds(30) - .nanoseconds(1)) == .none)
        #expect(exchange.timeout(now: start + .seconds(30)) == .refuse(Refusal(.bodyTooSlow)))
    }

    @Test func `a stop shortens the time of a body but never lengthens it`() {
        let start = NIODeadline.uptimeNanoseconds(0)
        for (passed, left) in [(TimeAmount.seconds(0), TimeAmount.seconds(5)), (.seconds(28), .seconds(30))] {
            var exchange = IngestExchange(limits: IngestLimits(), now: start)
            _ = exchange.head(Self.post, now: start)
            _ = exchange.quiesce(now: start + passed)
            #expect(exchange.deadline == start + left)
        }
    }
}
