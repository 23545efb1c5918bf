import LumbungCore
import LumbungSignatures
import LumbungTransport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SignatureTests {
    private static let new = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let old = "the-old-secret-of-some-length"
    private static let asymmetric = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="
    private static let publicKey = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="

    @Test(arguments: ["abc-123", "a.1", "1.1795382132.{", "toko 1%\u{e9}, \u{1F33E}"])
    func `the receiver can check a request from its headers and bytes alone`(identity: String) async throws {
        let payload = "{\"uuid\":\"abc-123\" ,\r\n \"n\":1.0e0,\"s\":\"\\u00e9\u{e9}\"}"
        let attempt = Attempt.sample(identity: identity, payload: payload)
        let request = try await Self.request(attempt, secrets: [Self.new])
        #expect(try Self.verify(request, key: Self.new) == 0)
        #expect(throws: SignatureRefusal.mismatch) { try Self.verify(request, key: Self.old) }

        var changed = request
        changed.body[0] ^= 1
        let forged = changed
        #expect(throws: SignatureRefusal.mismatch) { try Self.verify(forged, key: Self.new) }
    }

    @Test func `two secrets give two signatures, and either key is enough`() async throws {
        let request = try await Self.request(secrets: [Self.new, Self.old])
        let signatures = try #require(request.headers["webhook-signature"]).split(separator: " ")
        #expect(signatures.count == 2)
        for key in [Self.new, Self.old] { #expect(try Self.verify(request, key: key) == 0) }
        for (signature, key) in zip(signatures, [Self.new, Self.old]) {
            var single = request
            single.headers["webhook-signature"] = String(signature)
            let one = single
            #expect(try Self.verify(one, key: key) == 0)
        }
    }

    @Test func `an asymmetric secret is checked with its public key`() async throws {
        let request = try await Self.request(secrets: [Self.asymmetric])
        #expect(request.headers["webhook-signature"]?.hasPrefix("v1a,") == true)
        #expect(try Self.verify(request, key: Self.publicKey) == 0)
    }

    @Test func `a later attempt is signed anew, with its own time`() async throws {
        let first = try await Self.request(secrets: [Self.new])
        var later = Attempt.sample(attempt: 2)
        later.startedAt = later.startedAt.advanced(by: .seconds(3600))
        let second = try await Self.request(later, secrets: [Self.new])
        #expect(first.headers["webhook-id"] == second.headers["webhook-id"])
        #expect(first.headers["webhook-signature"] != second.headers["webhook-signature"])
        #expect(try Self.verify(second, key: Self.new) == 0)
    }

    @Test func `without a secret there is no signature`() async throws {
        let request = try await Self.request(secrets: [])
        #expect(request.headers["webhook-id"] == "abc-123")
        #expect(request.headers["webhook-signature"] == nil)
    }

    @Test(arguments: ["webhook-signature", "Webhook-Signature", "WEBHOOK-SIGNATURE"])
    func `an own header cannot take the signature's place`(name: String) {
        #expect(throws: HTTPDestinationError.header(name: name, reason: "is set by Lumbung itself")) {
            try HTTPDestination(url: "http://h/", headers: [(name, "v1,x")])
        }
    }

    @Test func `a destination does not show its secrets`() throws {
        var destination = try HTTPDestination(url: "http://h/")
        destination.secrets = [try SigningSecret(Self.old)]
        var shown = "\(destination)" + String(reflecting: destination)
        dump(destination, to: &shown)
        #expect(shown.contains("********"))
        #expect(!shown.contains(Self.old))
        #expect(!shown.contains("116, 104, 101"))
    }

    private static func request(
        _ attempt: Attempt = .sample(), secrets: [String]
    ) async throws -> SinkServer.Request {
        try await SinkServer.run { server in
            var destination = try HTTPDestination(url: server.url("/"))
            destination.allowPrivate = true
            destination.secrets = try secrets.map { try SigningSecret($0) }
            let transport = HTTPTransport(destination: destination)
            let outcome = await transport.deliver(attempt)
            await transport.shutdown()
            #expect(outcome.kind == .delivered)
            return try #require(server.requests.first)
        }
    }

    /// Checks as a receiver does, with what came over the wire and nothing else; its clock shows the request's time.
    private static func verify(_ request: SinkServer.Request, key: String) throws -> Int {
        let text = try #require(request.headers["webhook-timestamp"])
        let seconds = try #require(StandardWebhooks.timestampSeconds(text))
        return try StandardWebhooks.verify(
            try #require(request.headers["webhook-signature"]), id: try #require(request.headers["webhook-id"]),
            timestampSeconds: seconds, body: request.body, keys: [try VerificationKey(key)],
            window: TimestampWindow(nowSeconds: seconds))
    }
}
