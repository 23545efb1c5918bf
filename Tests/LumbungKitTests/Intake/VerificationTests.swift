import LumbungCore
import LumbungKit
import LumbungSignatures
import LumbungTesting
import Testing

@Suite struct VerificationTests {
    private static func intake(_ store: MemoryInbox) throws -> Intake {
        var source = Source(name: "s")
        source.verifier = try Verifier([.token(.value(.header("x-token")))], secrets: ["a-long-secret"])
        source.handshakeKeys.secrets = [Array("a-long-secret".utf8)]
        return Intake(
            store: store, routes: [(source, [])], patience: .seconds(5), committed: {})
    }

    private static func post(_ intake: Intake, token: String?, body: String) async -> IngestReply {
        let request = IngestRequest(
            source: "s", headers: token.map { [.init(name: "X-Token", value: $0)] } ?? [], body: Array(body.utf8),
            receivedAt: NewEvent.sampleTime)
        return await withCheckedContinuation { done in intake.accept(request) { done.resume(returning: $0) } }
    }

    @Test(arguments: [nil, "", "wrong", "a-long-secret "])
    func `what does not prove its sender is not stored, and the sender is not told why`(token: String?) async throws {
        let store = MemoryInbox()
        let reply = await Self.post(
            try Self.intake(store), token: token, body: #"{"uuid":"u","secret":"a-long-secret"}"#)
        guard case .refused(let problem) = reply else {
            Issue.record("it was taken: \(reply)")
            return
        }
        #expect(problem.status == 401)
        #expect(problem.detail == "the request does not prove who sent it")
        let rejections = try await store.rejections(limit: 10)
        #expect(rejections.count == 1)
        #expect(rejections[0].reason.hasPrefix("missing: ") || rejections[0].reason.hasPrefix("signature: "))
        #expect(String(decoding: rejections[0].bodyPrefix, as: UTF8.self) == #"{"uuid":"u","secret":"********"}"#)
    }

    @Test func `what proves its sender is stored`() async throws {
        let reply = await Self.post(try Self.intake(MemoryInbox()), token: "a-long-secret", body: #"{"uuid":"u"}"#)
        guard case .accepted = reply else {
            Issue.record("it was refused: \(reply)")
            return
        }
    }

    @Test func `the header that carries the secret is never kept, whatever its name`() async throws {
        let store = MemoryInbox()
        var source = Source(name: "s")
        source.verifier = try Verifier([.token(.value(.header("x-auth")))], secrets: ["a-long-secret"])
        let intake = Intake(store: store, routes: [(source, [])], patience: .seconds(5), committed: {})
        for token in ["a-long-secret", "a-long-secret-that-was-mistyped"] {
            let request = IngestRequest(
                source: "s", headers: [.init(name: "X-Auth", value: token), .init(name: "X-Kept", value: "1")],
                body: Array(#"{"uuid":"u"}"#.utf8), receivedAt: NewEvent.sampleTime)
            _ = await withCheckedContinuation { done in intake.accept(request) { done.resume(returning: $0) } }
        }
        #expect(try await store.rejections(limit: 10).map(\.headers) == [#"{"x-kept":"1"}"#])
        let stored = try await store.event(EventID(1))
        #expect(stored?.event.headers == #"{"x-kept":"1"}"#)
    }

    @Test func `secrets of the source that a request began with are masked, whatever is configured meanwhile`()
        async throws
    {
        let store = MemoryInbox()
        let intake = try Self.intake(store)
        let entrance = intake.entrance(named: "s")
        intake.replace(sources: [(Source(name: "s"), RouteTable(always: []))])
        let request = IngestRequest(
            source: "s", headers: [], body: Array("a-long-secret".utf8), receivedAt: NewEvent.sampleTime)
        _ = await withCheckedContinuation { done in
            intake.accept(request, through: entrance) { done.resume(returning: $0) }
        }
        let kept = try await store.rejections(limit: 10).map { String(decoding: $0.bodyPrefix, as: UTF8.self) }
        #expect(kept == ["********"])
    }

    /// The check and the reading of the event go by one decision about what the body is.
    @Test(arguments: [
        ("application/x-www-form-urlencoded", true), ("application/x-www-form-urlencoded\t;charset=utf-8", true),
        ("application/x-www-form-urlencoded x", false), ("application/json", false),
    ])
    func `a form is signed as a form exactly where it is read as one`(type: String, isForm: Bool) throws {
        var rule = SignatureRule(scheme: .hmac(.sha256), place: .header("x-signature"))
        rule.signed = try SignedText("{url}{form}")
        rule.bodyHash = .query("hash")
        var source = Source(name: "s")
        source.publicURL = "https://example.com/in"
        source.formats = [.form, .json]
        source.verifier = try Verifier([.signature(rule)], secrets: ["secret"])
        // HMAC-SHA256 of "https://example.com/ina1", computed with Python.
        let signature = "9a374575e92704c9da4ea4257aedfa926cfca9f6bffe36ff10a096f1b94f3ca3"
        let request = IngestRequest(
            source: "s",
            headers: [.init(name: "content-type", value: type), .init(name: "x-signature", value: signature)],
            body: Array("a=1".utf8), receivedAt: NewEvent.sampleTime)
        let result = source.explain(request).result
        #expect(((try? result.get()) != nil) == isForm)
    }
}
