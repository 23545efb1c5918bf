import LumbungCore
import LumbungKit
import LumbungSignatures
import LumbungTesting
import Testing

/// Requests that fail their check and are kept, on their way in.
@Suite struct QuarantineTests {
    private let store = MemoryInbox()

    private static func source(_ rule: QuarantineRule, secret: String = "a-long-secret") throws -> Source {
        var source = Source(name: "s")
        source.verifier = try Verifier([.token(.value(.header("x-token")))], secrets: [secret])
        source.quarantine = rule
        return source
    }

    private func post(
        to source: Source, _ body: String = #"{"uuid":"u"}"#, token: String = "wrong", target: String = "/webhook/s"
    ) async -> IngestReply {
        let intake = Intake(store: store, routes: [(source, [])], patience: .seconds(5), committed: {})
        var request = IngestRequest(
            source: "s", headers: [.init(name: "X-Token", value: token), .init(name: "x", value: "1: 2")],
            body: Array(body.utf8), receivedAt: NewEvent.sampleTime)
        request.target = target
        request.clientAddress = IPAddress("203.0.113.9")
        return await withCheckedContinuation { done in intake.accept(request) { done.resume(returning: $0) } }
    }

    private func kept() async throws -> [QuarantinePage.Item] {
        try await store.quarantined(QuarantineQuery()).items
    }

    private static func status(_ reply: IngestReply) -> Int? {
        switch reply {
        case .quarantined(let receipt): receipt.answerStatus
        case .refused(let problem): problem.status
        case .accepted, .handshake: nil
        }
    }

    @Test(arguments: [401, 200, 204]) func `a failed check is kept whole, and answered as the source says`(
        answer: Int
    ) async throws {
        let reply = await post(to: try Self.source(QuarantineRule(answerStatus: answer)), target: "/webhook/s?a=b")
        guard case .quarantined(let receipt) = reply else {
            Issue.record("it was not kept: \(reply)")
            return
        }
        #expect(receipt.answerStatus == answer)
        let request = try #require(try await store.quarantined(receipt.id))
        #expect(request.headers == "X-Token: wrong\nx: 1: 2")
        #expect(request.body == Array(#"{"uuid":"u"}"#.utf8))
        #expect(request.target == "/webhook/s?a=b")
        #expect(request.address == "203.0.113.9")
        #expect(request.step == "signature")
        #expect(request.receivedAt == NewEvent.sampleTime)
        #expect(request.expiresAt == NewEvent.sampleTime.advanced(by: .seconds(7 * 86_400)))
        #expect(store.model.eventIDs.isEmpty)
        let reasons = try await store.rejections(limit: 9).map(\.reason)
        #expect(reasons.map { $0.hasSuffix("; kept in quarantine as 1") } == (answer == 401 ? [true] : []))
    }

    @Test func `what passes its check is no matter of the quarantine`() async throws {
        guard case .accepted = await post(to: try Self.source(QuarantineRule()), token: "a-long-secret") else {
            Issue.record("it was not taken")
            return
        }
        #expect(try await kept().isEmpty)
    }

    @Test(arguments: [(401, 401), (200, 503)]) func `beyond the bound nobody is told that it arrived`(
        answer: Int, told: Int
    ) async throws {
        let source = try Self.source(
            QuarantineRule(limits: QuarantineLimits(requests: 1, bytes: 1000), answerStatus: answer))
        #expect(Self.status(await post(to: source)) == answer)
        guard case .refused(let problem) = await post(to: source, #"{"uuid":"second"}"#) else {
            Issue.record("it was taken")
            return
        }
        #expect(problem.status == told)
        #expect(problem.reason.contains("the quarantine of the source is full"))
        #expect(try await kept().count == 1)
        #expect(try await store.rejections(limit: 9).map(\.status).first == told)
    }

    @Test(arguments: [(401, 401), (200, 503)]) func `a store that cannot keep it has the sender try again`(
        answer: Int, told: Int
    ) async throws {
        store.failNext(.append, with: .busy)
        #expect(Self.status(await post(to: try Self.source(QuarantineRule(answerStatus: answer)))) == told)
        #expect(try await kept().isEmpty)
    }

    @Test func `a question is refused, since nobody waits for its answer later`() async throws {
        var source = try Self.source(QuarantineRule())
        source.handshakes = [.slack]
        let reply = await post(to: source, #"{"type":"url_verification","challenge":"c"}"#)
        #expect(Self.status(reply) == 401)
        #expect(try await kept().isEmpty)
    }

    @Test func `an address that may not send is refused and not kept`() async throws {
        var source = try Self.source(QuarantineRule())
        source.access.allow = [try #require(AddressBlock("192.0.2.0/24"))]
        #expect(Self.status(await post(to: source)) == 403)
        #expect(try await kept().isEmpty)
    }

    @Test func `a missing token in the query is kept as well`() async throws {
        var source = try Self.source(QuarantineRule())
        source.access.token = AccessToken("t")
        #expect(Self.status(await post(to: source)) == 401)
        #expect(try await kept().map(\.request.step) == ["token"])
    }
}
