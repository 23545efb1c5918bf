import LumbungCore
import LumbungKit
import LumbungTesting
import Synchronization
import Testing

/// Hands a request in and waits for its reply.
private func reply(_ intake: Intake, _ body: String, source: String = "accurate", headers: [IngestRequest.Header] = [])
    async -> IngestReply
{
    let request = IngestRequest(
        source: source, headers: headers, body: Array(body.utf8), receivedAt: NewEvent.sampleTime)
    return await withCheckedContinuation { continuation in
        intake.accept(request) { continuation.resume(returning: $0) }
    }
}

private struct Bench {
    let store = MemoryInbox()
    let hints = Hints()

    func intake(_ source: Source = Source(name: "accurate")) async throws -> Intake {
        let id = try await store.register(destinations: ["log"])["log"] ?? DestinationID(0)
        return Intake(
            store: store, routes: [(source, [id])], patience: .seconds(5), committed: { [hints] in hints.ring() })
    }
}

private final class Hints: Sendable {
    private let rung = Mutex(0)
    func ring() { rung.withLock { $0 += 1 } }
    var count: Int { rung.withLock { $0 } }
}

extension IngestReply {
    fileprivate var receipt: Receipt? {
        if case .accepted(let receipt) = self { receipt } else { nil }
    }

    fileprivate var problem: Problem? {
        if case .refused(let problem) = self { problem } else { nil }
    }
}

@Suite struct IntakeTests {
    @Test func `an object is one event and is kept byte for byte`() async throws {
        let bench = Bench()
        let body = " {\"uuid\" : \"a\",\n\"type\":\"T\", \"n\": 1e400, \"s\":\"\\u00e9\\/\" }\n"
        let receipt = await reply(try await bench.intake(), body).receipt
        #expect(receipt?.items.map(\.identity) == ["a"])
        #expect(receipt?.items.map(\.type) == ["T"])
        #expect(receipt?.status == "queued")
        #expect(bench.store.model.events.first?.event.payload == Array(body.utf8))
        #expect(bench.hints.count == 1)
    }

    @Test func `an array is one event an element, each kept as it stood`() async throws {
        let bench = Bench()
        let receipt = await reply(
            try await bench.intake(), "[ {\"uuid\":\"a\"} , {\"uuid\": \"b\" } ,{\"uuid\":\"a\"}]"
        ).receipt
        #expect(receipt?.items.map(\.outcome.kind) == [.queued, .queued, .duplicate])
        #expect(receipt?.items.first?.outcome.id == receipt?.items.last?.outcome.id)
        #expect(
            bench.store.model.events.map(\.event.payload)
                == ["{\"uuid\":\"a\"}", "{\"uuid\": \"b\" }"].map { Array($0.utf8) })
    }

    @Test func `an empty array queues nothing and rings no bell`() async throws {
        let bench = Bench()
        let receipt = await reply(try await bench.intake(), "[]").receipt
        #expect(receipt?.status == "empty")
        #expect(bench.hints.count == 0)
    }

    @Test func `without an identity the digest stands in`() async throws {
        let receipt = await reply(try await Bench().intake(), "{}").receipt
        // SHA-256 of the two bytes "{}".
        #expect(
            receipt?.items.first?.identity
                == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
    }

    @Test(arguments: ["null", "true", "[]", "{}", "\"\""])
    func `a value that is no identity lets the digest stand in`(value: String) async throws {
        let receipt = await reply(try await Bench().intake(), "{\"uuid\":\(value)}").receipt
        #expect(receipt?.items.first?.identity.hasPrefix("sha256:") == true)
    }

    @Test func `a number is an identity as it stands`() async throws {
        let receipt = await reply(try await Bench().intake(), "{\"uuid\":12345678901234567890}").receipt
        #expect(receipt?.items.first?.identity == "12345678901234567890")
    }

    @Test(arguments: [
        "", "nonsense", "[1]", "3", "{\"uuid\":\"a\",\"uuid\":\"b\"}", "{\"uuid\":\"a\",\"\\u0075uid\":\"a\"}",
        "{\"uuid\":\"a\\u0000b\"}", "{\"uuid\":\"\\ud800\"}", "{\"uuid\":\"a\"} x",
        "[{\"uuid\":\"ok\"},{\"uuid\":\"\\n\"}]",
    ])
    func `a body that can be read two ways is refused whole and kept for the operator`(body: String) async throws {
        let bench = Bench()
        let problem = await reply(try await bench.intake(), body).problem
        #expect(problem?.status == 400)
        #expect(bench.store.model.events.isEmpty)
        #expect(bench.store.model.rejections(limit: 10).count == 1)
    }

    @Test(arguments: [255, 256, 257])
    func `an identity has at most 256 bytes`(bytes: Int) async throws {
        let body = "{\"uuid\":\"\(String(repeating: "x", count: bytes))\"}"
        let answer = await reply(try await Bench().intake(), body)
        #expect((answer.problem?.status == 400) == (bytes > 256))
    }

    @Test func `identities are looked for in the order of the rules`() async throws {
        let source = Source(
            name: "accurate", identity: [.header("X-Request-Id"), .json(JSONPointer(key: "id"))],
            type: .header("X-Kind"))
        let intake = try await Bench().intake(source)
        let headers = [IngestRequest.Header(name: "x-request-id", value: "h1"), .init(name: "X-KIND", value: "order")]
        let named = await reply(intake, "{\"id\":\"j1\"}", headers: headers).receipt
        #expect(named?.items.first?.identity == "h1")
        #expect(named?.items.first?.type == "order")
        let unnamed = await reply(intake, "{\"id\":\"j1\"}").receipt
        #expect(unnamed?.items.first?.identity == "j1")
    }

    @Test(arguments: [
        ("a", "a", "a"), ("a", "b", ""), ("a", "", ""), ("\u{FFFD}", "\u{FFFD}", ""),
    ])
    func `a header that can be read two ways is no type and no tenant`(
        _ first: String, _ second: String, _ expected: String
    ) async throws {
        let store = MemoryInbox()
        var source = Source(name: "s", type: .header("X-Kind"))
        source.tenant = .header("X-Kind")
        source.time = [.header("X-Kind")]
        let intake = Intake(store: store, routes: [(source, [])], patience: .seconds(5), committed: {})
        let headers = [first, second].map { IngestRequest.Header(name: "X-Kind", value: $0) }
        #expect(await reply(intake, #"{"uuid":"u"}"#, source: "s", headers: headers).receipt != nil)
        let event = try #require(try await store.event(EventID(1))?.event)
        #expect((event.type, event.tenant) == (expected, expected))
    }

    @Test func `a header names one event, so a body with two falls through to the next rule`() async throws {
        let source = Source(name: "accurate", identity: [.header("X-Request-Id"), .json(JSONPointer(key: "id"))])
        let receipt = await reply(
            try await Bench().intake(source), "[{\"id\":\"a\"},{\"id\":\"b\"}]",
            headers: [.init(name: "X-Request-Id", value: "same")]
        ).receipt
        #expect(receipt?.items.map(\.identity) == ["a", "b"])
    }

    @Test func `an identity header that came twice with two values is refused`() async throws {
        let source = Source(name: "accurate", identity: [.header("X-Request-Id")])
        let intake = try await Bench().intake(source)
        let twice = [
            IngestRequest.Header(name: "X-Request-Id", value: "a"), .init(name: "x-request-id", value: "b"),
        ]
        #expect(await reply(intake, "{}", headers: twice).problem?.status == 400)
        let same = [twice[0], IngestRequest.Header(name: "x-request-id", value: "a")]
        #expect(await reply(intake, "{}", headers: same).receipt?.items.first?.identity == "a")
    }

    @Test func `secrets in headers are not kept`() async throws {
        let bench = Bench()
        _ = await reply(
            try await bench.intake(), "{\"uuid\":\"a\"}",
            headers: [
                .init(name: "Authorization", value: "canary"), .init(name: "X-Webhook-Token", value: "canary"),
                .init(name: "Cookie", value: "canary"), .init(name: "Content-Type", value: "application/json"),
            ])
        #expect(bench.store.model.events.first?.event.headers == "{\"content-type\":\"application/json\"}")
    }

    @Test(arguments: [StoreError.busy, .overloaded, .diskFull, .closed, .unknown("EIO")])
    func `whatever was not committed is answered 503 and says when to come back`(error: StoreError) async throws {
        let bench = Bench()
        let intake = try await bench.intake()
        bench.store.failNext(.append, with: error)
        let problem = await reply(intake, "{\"uuid\":\"a\"}").problem
        #expect(problem?.status == 503)
        #expect(problem?.retryAfterSeconds ?? 0 > 0)
        #expect(bench.hints.count == 0)
    }

    @Test func `an unknown source is 404`() async throws {
        let problem = await reply(try await Bench().intake(), "{}", source: "nobody").problem
        #expect(problem?.status == 404)
    }
}
