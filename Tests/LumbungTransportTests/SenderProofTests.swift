import LumbungCore
import LumbungSignatures
import LumbungTransport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SenderProofTests {
    private static let secret = "whsec_canary_of_the_sender"
    private static let standard = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// As Stripe signs.
    private static var timed: VerificationRule {
        var rule = SignatureRule(scheme: .hmac(.sha256), place: .header("x-sender-signature"))
        rule.field = "v1"
        rule.timestamp = TimestampRule(place: .field("t"))
        rule.signed = SignedText.timedBody
        return .signature(rule)
    }

    private static func proof(
        _ rule: VerificationRule, secret: String = Self.secret, forwarded: [String] = []
    ) throws -> SenderProof {
        SenderProof(
            sender: "sender", signer: try RequestSigner([KeyedRule(rule, secrets: [secret])]), forwarded: forwarded)
    }

    private static func request(
        _ attempt: Attempt = .sample(), path: String = "/", headers: [(name: String, value: String)] = [],
        secrets: [String] = [], _ proof: SenderProof
    ) async throws -> SinkServer.Request {
        try await SinkServer.run { server in
            var destination = try HTTPDestination(url: server.url(path), headers: headers)
            destination.allowPrivate = true
            destination.secrets = try secrets.map { try SigningSecret($0) }
            destination.proof = proof
            let transport = HTTPTransport(destination: destination)
            let outcome = await transport.deliver(attempt)
            await transport.shutdown()
            #expect(outcome.kind == .delivered)
            return try #require(server.requests.first)
        }
    }

    private static func passes(_ request: SinkServer.Request, _ rule: VerificationRule, at now: Timestamp) -> Bool {
        let received = SignedRequest(
            method: request.method, url: nil, target: request.uri, headers: request.headers.map { ($0.key, $0.value) },
            body: request.body)
        let verifier = try? Verifier([KeyedRule(rule, secrets: [secret])])
        return (try? verifier?.verify(received, now: now)) != nil
    }

    @Test func `each attempt is proven with the time at which it began`() async throws {
        var later = Attempt.sample(attempt: 2)
        later.startedAt = later.startedAt.advanced(by: .seconds(7 * 86_400))
        for attempt in [Attempt.sample(), later] {
            let request = try await Self.request(attempt, Self.proof(Self.timed))
            #expect(Self.passes(request, Self.timed, at: attempt.startedAt))
            #expect(
                request.headers["x-sender-signature"]?.hasPrefix("t=\(attempt.startedAt.milliseconds / 1000),") == true)
        }
    }

    @Test func `the destination's own signature stands beside it`() async throws {
        let attempt = Attempt.sample()
        let request = try await Self.request(attempt, secrets: [Self.standard], Self.proof(Self.timed))
        #expect(Self.passes(request, Self.timed, at: attempt.startedAt))
        #expect(try Self.standardSignatures(request, Self.standard) == 1)
    }

    @Test func `a sender of Standard Webhooks signs beside the destination's own secret, once each`() async throws {
        let rule = VerificationRule.standardWebhooks(tolerance: .seconds(300))
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        for (own, count) in [([], 1), ([other], 2), ([Self.standard], 1)] {
            let request = try await Self.request(secrets: own, Self.proof(rule, secret: Self.standard))
            for secret in own + [Self.standard] { #expect(try Self.standardSignatures(request, secret) == count) }
        }
    }

    @Test(arguments: ["", "another"])
    func `events that were not proven to be this sender's when they came are not signed`(as other: String) async throws
    {
        var attempt = Attempt.sample(headers: #"{"x-topic":"a"}"#)
        attempt.lease.event.provenAs = other
        let request = try await Self.request(attempt, Self.proof(Self.timed, forwarded: ["x-*"]))
        #expect(request.headers["x-sender-signature"] == nil)
        #expect(request.headers["x-topic"] == nil)
        let standard = try await Self.request(
            attempt, Self.proof(.standardWebhooks(tolerance: .seconds(1)), secret: Self.standard))
        #expect(standard.headers["webhook-signature"] == nil)
    }

    @Test func `an operator's test is proven`() async throws {
        var attempt = Attempt.sample()
        attempt.lease.event.source = "test"
        attempt.lease.event.id = EventID(0)
        let request = try await Self.request(attempt, Self.proof(Self.timed))
        #expect(Self.passes(request, Self.timed, at: attempt.startedAt))
    }

    @Test func `what is named is passed on, and never what is old, secret or the message's own`() async throws {
        let kept = """
            {"x-topic":"orders/create","x-shop-domain":"toko","other":"1","x-old-signature":"s","x-sender-signature":"s",\
            "x-shop-hmac-sha256":"s","webhook-id":"w","svix-id":"w","lumbung-attempt":"9","content-length":"1",\
            "authorization":"a","cookie":"c","user-agent":"u","host":"h","x-bad":"\\u00e9","content-type":"text/x"}
            """
        let request = try await Self.request(
            Attempt.sample(headers: kept), Self.proof(Self.timed, forwarded: ["*", "X-Topic", "X-Shop-*"]))
        let headers = request.headers
        #expect(headers["x-topic"] == "orders/create")
        #expect(headers["x-shop-domain"] == "toko")
        #expect(headers["x-sender-signature"]?.hasPrefix("t=") == true)
        #expect(headers["webhook-id"] == "abc-123")
        #expect(headers["lumbung-attempt"] == "1")
        #expect(headers["content-type"] == "text/x")
        #expect(headers["user-agent"] == "Lumbung")
        for name in ["x-old-signature", "x-shop-hmac-sha256", "svix-id", "authorization", "cookie", "x-bad"] {
            #expect(headers[name] == nil, "\(name)")
        }
        let named = try await Self.request(
            Attempt.sample(headers: kept), Self.proof(Self.timed, forwarded: ["X-Topic"]))
        #expect(named.headers["x-topic"] == "orders/create")
        #expect(named.headers["other"] == nil)
    }

    @Test func `own headers win`() async throws {
        let request = try await Self.request(
            Attempt.sample(headers: #"{"x-topic":"theirs"}"#),
            headers: [("X-Topic", "mine"), ("Authorization", "mine")],
            Self.proof(.token(.bearer), forwarded: ["X-Topic"]))
        #expect(request.headers["x-topic"] == "mine")
        #expect(request.headers["authorization"] == "mine")
    }

    @Test func `the URL that is signed is the destination's, and of a body that is no form it gets the hash`()
        async throws
    {
        var rule = SignatureRule(scheme: .hmac(.sha1), place: .header("x-sender-signature"))
        rule.signed = try SignedText("{url}{form}")
        rule.bodyHash = .query("bodySHA256")
        for (type, hasHash) in [
            ("application/x-www-form-urlencoded; charset=utf-8", false), ("application/json", true),
        ] {
            let attempt = Attempt.sample(payload: "b=1&a=2", headers: #"{"content-type":"\#(type)"}"#)
            try await SinkServer.run { server in
                var destination = try HTTPDestination(url: server.url("/"))
                destination.allowPrivate = true
                destination.proof = try Self.proof(.signature(rule))
                let transport = HTTPTransport(destination: destination)
                let outcome = await transport.deliver(attempt)
                await transport.shutdown()
                #expect(outcome.kind == .delivered || outcome.kind == .status)
                let request = try #require(server.requests.first)
                #expect(request.uri.contains("bodySHA256=") == hasHash)
                var received = SignedRequest(
                    method: "POST", url: server.url(request.uri), target: request.uri,
                    headers: request.headers.map { ($0.key, $0.value) }, body: request.body)
                received.isForm = !hasHash
                let verifier = try Verifier([KeyedRule(.signature(rule), secrets: [Self.secret])])
                #expect(throws: Never.self) { try verifier.verify(received, now: attempt.startedAt) }
            }
        }
    }

    @Test func `an event without a part of what is signed is not sent`() async throws {
        var rule = SignatureRule(scheme: .hmac(.sha256), place: .header("x-sender-signature"))
        rule.signed = try SignedText("{header:client-id}{body}")
        let proof = try Self.proof(.signature(rule), forwarded: ["Client-Id"])
        try await SinkServer.run { server in
            var destination = try HTTPDestination(url: server.url("/"))
            destination.allowPrivate = true
            destination.proof = proof
            let transport = HTTPTransport(destination: destination)
            let outcome = await transport.deliver(.sample())
            let sent = await transport.deliver(.sample(headers: #"{"client-id":"7"}"#))
            await transport.shutdown()
            #expect(outcome.kind == .failed)
            #expect(
                outcome.detail == "cannot be signed as sender does: header:client-id is signed, and is not there once")
            #expect(sent.kind == .delivered)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a destination does not show the sender's secret`() throws {
        var destination = try HTTPDestination(url: "http://h/")
        destination.proof = try Self.proof(Self.timed)
        var shown = "\(destination)" + String(reflecting: destination)
        dump(destination, to: &shown)
        #expect(!shown.contains("canary"))
        #expect(!shown.contains("119, 104, 115"))
    }

    /// How many signatures there are, once the secret's is found among them.
    private static func standardSignatures(_ request: SinkServer.Request, _ secret: String) throws -> Int {
        let signature = try #require(request.headers["webhook-signature"])
        let seconds = try #require(StandardWebhooks.timestampSeconds(request.headers["webhook-timestamp"] ?? ""))
        _ = try StandardWebhooks.verify(
            signature, id: try #require(request.headers["webhook-id"]), timestampSeconds: seconds, body: request.body,
            keys: [try VerificationKey(secret)], window: TimestampWindow(nowSeconds: seconds))
        return signature.split(separator: " ").count
    }
}

extension SignedText {
    /// `{timestamp}.{body}`.
    fileprivate static var timedBody: SignedText {
        (try? SignedText("{timestamp}.{body}")) ?? .body
    }
}
