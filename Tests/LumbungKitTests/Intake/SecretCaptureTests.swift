import Logging
import LumbungCore
import LumbungKit
import LumbungSignatures
import LumbungTesting
import Synchronization
import Testing

/// A sender that brings the secret itself, with the first request.
@Suite struct SecretCaptureTests {
    private let store = MemoryInbox()
    private let captures = SecretCaptures()

    private func source(token: String? = nil) -> Source {
        source(captures, token: token)
    }

    private func source(_ captures: SecretCaptures, token: String? = nil) -> Source {
        var source = Source(name: "tasks")
        source.split = JSONPointer(key: "events")
        source.identity = [.sha256]
        source.handshakes = [.asana]
        source.access.token = token.map { AccessToken($0) }
        let rule = SignatureRule(scheme: .hmac(.sha256), place: .header("x-hook-signature"))
        source.capture = SecretCapture(rules: [.signature(rule)], captures: captures)
        return source
    }

    private func send(
        _ headers: [String: String], body: String = #"{"events":[{"a":1}]}"#, to source: Source? = nil,
        target: String = "/webhook/tasks"
    ) async -> IngestReply {
        let intake = Intake(
            store: store, routes: [(source ?? self.source(), [])], patience: .seconds(5), committed: {})
        var request = IngestRequest(
            source: "tasks", headers: headers.map { .init(name: $0.key, value: $0.value) }, body: Array(body.utf8),
            receivedAt: NewEvent.sampleTime)
        request.target = target
        return await withCheckedContinuation { done in intake.accept(request) { done.resume(returning: $0) } }
    }

    private func bring(_ secret: String, to source: Source? = nil, target: String = "/webhook/tasks") async -> Int {
        switch await send(["X-Hook-Secret": secret], body: "{}", to: source, target: target) {
        case .handshake(let answer) where answer.headers == [.init(name: "X-Hook-Secret", value: secret)]:
            return answer.status
        case .refused(let problem): return problem.status
        default: return 0
        }
    }

    private func post(signedWith secret: String) async throws -> Int {
        let body = #"{"events":[{"a":1},{"a":2}]}"#
        let rule = SignatureRule(scheme: .hmac(.sha256), place: .header("x-hook-signature"))
        let signed = try RequestSigner([KeyedRule(.signature(rule), secrets: [secret])]).sign(
            SignedRequest(method: "POST", url: nil, target: "", headers: [], body: Array(body.utf8)),
            now: NewEvent.sampleTime, id: "")
        let headers = Dictionary(signed.headers.map { ($0.name, $0.value) }) { first, _ in first }
        switch await send(headers, body: body) {
        case .accepted(let receipt): return receipt.items.count
        case .refused(let problem): return problem.status
        default: return 0
        }
    }

    @Test func `the first secret is kept before it is sent back, and events are checked with it`() async throws {
        #expect(try await post(signedWith: "first") == 401)
        #expect(await bring("first") == 200)
        #expect(try await store.capturedSecrets().map(\.secret) == ["first"])
        #expect(try await post(signedWith: "first") == 2)
        #expect(try await post(signedWith: "second") == 401)
    }

    @Test func `another secret is refused, the same one is sent back again`() async throws {
        #expect(await bring("first") == 200)
        #expect(await bring("second") == 401)
        #expect(await bring("first") == 200)
        #expect(try await post(signedWith: "second") == 401)
        let reasons = try await store.rejections(limit: 9).map(\.reason)
        #expect(reasons.contains { $0.contains("lumbung sources forget") })
    }

    @Test func `the same secret that comes twice at once is sent back twice`() async throws {
        store.hold(.append)
        async let one = bring("first")
        async let two = bring("first")
        await store.waitForHeld(2)
        store.release()
        #expect(await [one, two] == [200, 200])
    }

    @Test func `a secret that comes while the one before is forgotten counts`() async throws {
        let operations = OperationsStore()
        let engine = Engine(
            store: operations, destinations: [:], configuration: EngineConfiguration(),
            environment: EngineEnvironment(wallClock: { NewEvent.sampleTime }, clock: TestClock(), jitter: { 1 }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let secrets = SourceSecrets(store: operations)
        let inbox = InboxOperator(
            store: operations, engine: engine, secrets: secrets,
            configured: { ConfiguredInbox(destinations: [:], sources: []) }, now: { NewEvent.sampleTime })
        let intake = Intake(
            store: operations, routes: [(source(secrets.captures), [])], patience: .seconds(5), committed: {})
        let replies = Mutex<[Int]>([])
        let bring: @Sendable (String) -> Void = { secret in
            let request = IngestRequest(
                source: "tasks", headers: [.init(name: "X-Hook-Secret", value: secret)], body: [],
                receivedAt: NewEvent.sampleTime)
            intake.accept(request) { reply in
                guard case .handshake(let answer) = reply else { return replies.withLock { $0.append(401) } }
                replies.withLock { $0.append(answer.status) }
            }
        }
        // Both come before the process knows of a secret; the second one reaches the store once the first is forgotten.
        operations.inner.hold(.append)
        bring("first")
        operations.set { state in
            state.forgotten = {
                bring("second")
                operations.inner.release()
            }
        }
        try await inbox.forgetSecret(of: "tasks")
        bring("second")
        bring("first")
        #expect(replies.withLock { $0 } == [200, 200, 200, 401])
    }

    @Test func `the secret is hidden in what is kept of a refused request`() async throws {
        #expect(await bring("a-secret-that-was-brought") == 200)
        _ = await send(["X-Copy": "a-secret-that-was-brought"], body: "a-secret-that-was-brought")
        let kept = try #require(try await store.rejections(limit: 1).first)
        #expect(kept.headers == #"{"x-copy":"********"}"#)
        #expect(kept.bodyPrefix == Array("********".utf8))
    }

    @Test func `a secret that another process of the store has kept is not overwritten`() async throws {
        let kept = CapturedSecret(source: "tasks", secret: "kept", capturedAt: NewEvent.sampleTime)
        _ = await withCheckedContinuation { done in store.capture(kept) { done.resume(returning: $0) } }
        #expect(await bring("other") == 401)
        #expect(try await store.capturedSecrets() == [kept])
    }

    @Test func `a secret that cannot be kept is not sent back`() async throws {
        store.failNext(.append, with: .diskFull)
        #expect(await bring("first") == 503)
        #expect(try await post(signedWith: "first") == 401)
        #expect(await bring("first") == 200)
    }

    @Test func `the token in the URL is asked for before a secret is taken`() async throws {
        let source = source(token: "t")
        #expect(await bring("first", to: source) == 401)
        #expect(await bring("first", to: source, target: "/webhook/tasks?token=t") == 200)
    }

    @Test(arguments: ["", "a b", "a\u{7F}", String(repeating: "a", count: 257), "ä"])
    func `what is no text for a header is no secret`(secret: String) async throws {
        #expect(await bring(secret) == 400)
        #expect(try await store.capturedSecrets() == [])
    }

    @Test func `a configured secret is the only one that is sent back`() async throws {
        var source = source()
        source.capture = nil
        let rule = SignatureRule(scheme: .hmac(.sha256), place: .header("x-hook-signature"))
        source.verifier = try Verifier([.signature(rule)], secrets: ["mine"])
        source.handshakeKeys.secrets = [Array("mine".utf8)]
        #expect(await bring("other", to: source) == 401)
        #expect(await bring("mine", to: source) == 200)
        #expect(try await store.capturedSecrets() == [])
    }

    @Test func `nothing tells the secret in passing`() {
        let secret = CapturedSecret(source: "tasks", secret: "canary", capturedAt: NewEvent.sampleTime)
        var text = "\(secret) \(String(reflecting: secret))"
        dump(secret, to: &text)
        #expect(!text.contains("canary"))
    }
}
