import Logging
import LumbungCore
import LumbungKit
import LumbungSignatures
import LumbungTesting
import Testing

/// What becomes of requests in quarantine when somebody has mended their source.
@Suite struct ReverifyTests {
    private let operations = OperationsStore()
    private var store: MemoryInbox { operations.inner }
    private static let received = NewEvent.sampleTime.advanced(by: .seconds(-3 * 86_400))
    private static let mended = "whsec_bWVuZGVkLW1lbmRlZC1tZW5kZWQtbWVuZGVk"
    private static let other = "whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Ro"
    private static let rule = VerificationRule.standardWebhooks(tolerance: .seconds(300))

    private static func source(_ name: String = "shop") throws -> Source {
        var source = Source(name: name)
        source.verifier = try Verifier([rule], secrets: [mended])
        return source
    }

    private func inbox(_ sources: [Source]) -> InboxOperator {
        let configured = ConfiguredInbox(
            destinations: [:], sources: sources.map { (source: $0, routes: RouteTable(always: [])) })
        let engine = Engine(
            store: operations, destinations: [:], configuration: EngineConfiguration(),
            environment: EngineEnvironment(wallClock: { NewEvent.sampleTime }, clock: TestClock(), jitter: { 1 }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return InboxOperator(
            store: operations, engine: engine, configured: { configured }, now: { NewEvent.sampleTime })
    }

    /// Keeps a request that was signed three days ago, with the secret of now or another one.
    @discardableResult
    private func keep(
        _ body: String, secret: String = Self.mended, signedAt: Timestamp = Self.received, source: String = "shop"
    ) async throws -> QuarantineID {
        let plain = SignedRequest(method: "POST", url: nil, target: "", headers: [], body: Array(body.utf8))
        let signed = try RequestSigner([KeyedRule(Self.rule, secrets: [secret])])
            .sign(plain, now: signedAt, id: "msg-1")
        let kept = QuarantinedRequest(
            source: source, receivedAt: Self.received, expiresAt: Self.received.advanced(by: .seconds(7 * 86_400)),
            address: "", target: "/webhook/\(source)",
            headers: signed.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n"), body: signed.body,
            step: "signature", reason: "no signature matches")
        let result: Result<QuarantineOutcome, StoreError> = await withCheckedContinuation { done in
            store.quarantine(kept, limits: QuarantineLimits()) { done.resume(returning: $0) }
        }
        guard case .kept(let id) = try result.get() else { throw NotKept() }
        return id
    }

    private struct NotKept: Error {}

    private func ids() async throws -> [Int64] {
        try await store.quarantined(QuarantineQuery(limit: 200)).items.map(\.id.value)
    }

    @Test func `those that pass enter the inbox in their order and with their time, the others stay`() async throws {
        try await keep(#"[{"uuid":"one"},{"uuid":"two"}]"#)
        let bad = try await keep(#"{"uuid":"bad"}"#, secret: Self.other)
        try await keep(#"{"uuid":"three"}"#)
        let report = try await inbox([try Self.source()]).reverify(.source("shop"))
        #expect((report.checked, report.passed, report.failed) == (3, 2, 1))
        #expect(report.events == [.queued: 3])
        #expect(report.failures.map(\.id) == [bad])
        #expect(report.failures[0].reason.hasPrefix("signature: "))
        #expect(store.model.events.map(\.event.identity) == ["one", "two", "three"])
        #expect(store.model.events.allSatisfy { $0.createdAt == Self.received })
        #expect(try await ids() == [bad.value])
    }

    @Test func `a time that was outside the tolerance when it came is so for ever`() async throws {
        try await keep(#"{"uuid":"old"}"#, signedAt: Self.received.advanced(by: .seconds(-301)))
        let report = try await inbox([try Self.source()]).reverify(.all)
        #expect((report.passed, report.failed) == (0, 1))
        #expect(report.failures[0].reason.hasPrefix("timestamp: "))
    }

    @Test func `a dry run tells what would pass and changes nothing`() async throws {
        let id = try await keep(#"{"uuid":"one"}"#)
        let report = try await inbox([try Self.source()]).reverify(.all, isDryRun: true)
        #expect((report.checked, report.passed, report.failed) == (1, 1, 0))
        #expect(store.model.eventIDs.isEmpty)
        #expect(try await ids() == [id.value])
    }

    @Test func `what the sender has sent again meanwhile is queued once`() async throws {
        try await keep(#"{"uuid":"one"}"#)
        try await keep(#"{"uuid":"one"}"#)
        let report = try await inbox([try Self.source()]).reverify(.all)
        #expect(report.events == [.queued: 1, .duplicate: 1])
        #expect(try await ids() == [])
    }

    @Test func `what passes and cannot be read stays, with the reason`() async throws {
        let id = try await keep("no json")
        let report = try await inbox([try Self.source()]).reverify(.one(id))
        #expect(report.failures.map(\.id) == [id])
        #expect(report.failures[0].reason.contains("not an object"))
        #expect(try await ids() == [id.value])
    }

    @Test func `a body without events is let go`() async throws {
        try await keep("[]")
        let report = try await inbox([try Self.source()]).reverify(.all)
        #expect((report.passed, report.events) == (1, [:]))
        #expect(try await ids() == [])
    }

    @Test func `requests of a source that is gone stay until it is back`() async throws {
        let id = try await keep(#"{"uuid":"one"}"#)
        let report = try await inbox([]).reverify(.all)
        #expect(
            report.failures.map(\.reason) == [
                "the source shop is not configured any more: add it to the config file again"
            ])
        #expect(try await ids() == [id.value])
    }

    @Test func `only the requests that are meant are looked at`() async throws {
        let first = try await keep(#"{"uuid":"one"}"#)
        let second = try await keep(#"{"uuid":"two"}"#, source: "other")
        let inbox = inbox([try Self.source(), try Self.source("other")])
        #expect(try await inbox.reverify(.source("other")).checked == 1)
        #expect(try await ids() == [first.value])
        #expect(try await inbox.discard(.one(first)) == 1)
        #expect(try await ids() == [])
        await #expect(throws: OperationError.notQuarantined(second)) { try await inbox.reverify(.one(second)) }
    }

    @Test func `more than a page is taken, oldest first`() async throws {
        for index in 0..<450 { try await keep(#"{"uuid":"\#(index)"}"#) }
        let report = try await inbox([try Self.source()]).reverify(.all)
        #expect((report.checked, report.passed) == (450, 450))
        #expect(store.model.events.map(\.event.identity) == (0..<450).map(String.init))
    }

    @Test func `what is released at once is bounded in bytes`() async throws {
        let filler = String(repeating: "x", count: 5 << 20)
        for index in 1...3 { try await keep(#"{"uuid":"\#(index)","filler":"\#(filler)"}"#) }
        #expect(try await inbox([try Self.source()]).reverify(.all).passed == 3)
        #expect(
            operations.quarantineCalls.filter { !$0.hasPrefix("discard") } == [
                "read 1", "read 2", "release 1", "release 2", "read 3", "release 3",
            ])
    }

    @Test func `many are discarded in transactions that stay short`() async throws {
        for index in 0..<250 { try await keep(#"{"uuid":"\#(index)"}"#) }
        #expect(try await inbox([]).discard(.all) == 250)
        #expect(operations.quarantineCalls == ["discard 100", "discard 100", "discard 50"])
        #expect(try await ids() == [])
    }

    @Test func `a question that was kept before it was known as one is let go`() async throws {
        try await keep(#"{"type":"url_verification","challenge":"c"}"#)
        var source = try Self.source()
        source.handshakes = [.slack]
        let report = try await inbox([source]).reverify(.all)
        #expect((report.passed, report.events) == (1, [:]))
        #expect(store.model.eventIDs.isEmpty)
        #expect(try await ids() == [])
    }

    @Test func `a store that fails is told, and what it did not take stays`() async throws {
        let id = try await keep(#"{"uuid":"one"}"#)
        store.failNext(.append, with: .busy)
        let inbox = inbox([try Self.source()])
        let stopped = try await inbox.reverify(.all)
        #expect((stopped.stoppedBy, stopped.passed) == (.busy, 0))
        #expect(try await ids() == [id.value])
        let report = try await inbox.reverify(.all)
        #expect((report.stoppedBy, report.passed) == (nil, 1))
    }

    @Test func `what was released before a failure stays released, and is told`() async throws {
        for index in 0..<200 { try await keep(#"{"uuid":"\#(index)"}"#) }
        // Each batch is stored before the next one is looked at.
        store.failNext(.append, with: .overloaded)
        let inbox = inbox([try Self.source()])
        let stopped = try await inbox.reverify(.all)
        #expect(stopped.stoppedBy == .overloaded)
        #expect(stopped.passed == 63 && stopped.checked == 64)
        #expect(try await ids().count == 137)
        #expect(try await inbox.reverify(.all).passed == 137)
        #expect(store.model.eventIDs.count == 200)
    }

    @Test func `what was released is counted although one beside it cannot be looked at again`() async throws {
        for index in 0..<3 { try await keep(#"{"uuid":"\#(index)"}"#) }
        let inbox = inbox([try Self.source()])
        store.failNext(.append, with: .invalid("it breaks a rule"))
        store.hold(.append)
        async let releasing = inbox.reverify(.all)
        await store.waitForHeld(3)
        store.failNext(.read, with: .busy)
        store.release()
        let report = try await releasing
        #expect((report.passed, report.stoppedBy) == (2, .busy))
        #expect(store.model.eventIDs.count == 2)
    }

    @Test func `a source that checks nothing releases nothing`() async throws {
        let id = try await keep(#"{"uuid":"one"}"#)
        var open = try Self.source()
        for verifier in [nil, try Verifier([.none], secrets: [])] {
            open.verifier = verifier
            let report = try await inbox([open]).reverify(.all)
            #expect(report.passed == 0 && report.failures[0].reason.contains("checks nothing"))
        }
        #expect(try await ids() == [id.value])
        open.access.token = AccessToken("t")
        #expect(try await inbox([open]).reverify(.all).failures[0].reason.hasPrefix("token: "))
    }

    @Test func `a source that nobody knows is told`() async throws {
        let inbox = inbox([try Self.source()])
        #expect(try await inbox.reverify(.source("shop")).checked == 0)
        await #expect(throws: OperationError.self) { try await inbox.reverify(.source("shp")) }
        await #expect(throws: OperationError.self) { try await inbox.discard(.source("shp")) }
    }

    @Test func `what an operator sees has no secrets of the headers and the query`() async throws {
        var source = try Self.source()
        source.verifier = try Verifier([.token(.value(.header("x-auth")))], secrets: ["a-long-secret"])
        source.handshakeKeys.secrets = [Array("a-long-secret".utf8)]
        let kept = QuarantinedRequest(
            source: "shop", receivedAt: Self.received, expiresAt: Self.received, address: "",
            target: "/webhook/shop?token=t",
            headers:
                "X-Auth: hidden\nCookie: hidden\nX-Topic: shown\nX-Url: /a?b=c&token=hidden&d=e\nX-Other: a-long-secret",
            body: Array("1 a-long-secret".utf8), step: "signature", reason: "r")
        store.quarantine(kept, limits: QuarantineLimits()) { _ in }
        let detail = try await inbox([source]).quarantined(QuarantineID(1))
        #expect(
            detail.headers
                == #"{"x-topic":"shown","x-url":"/a?b=c&token=********&d=e","x-other":"********"}"#)
        #expect(detail.request.body == Array("1 ********".utf8) && detail.bodyBytes == 15)
        #expect(detail.request.target == "/webhook/shop")
        #expect(detail.request.headers == "")
    }
}
