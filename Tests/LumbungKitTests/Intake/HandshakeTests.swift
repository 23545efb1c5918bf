import LumbungCore
import LumbungKit
import LumbungTesting
import Testing

/// Asks sources with handshakes; what is no question becomes an event in the store.
struct HandshakeBench {
    let store = MemoryInbox()
    private let intake: Intake

    init(_ handshakes: [Handshake], secrets: [String] = [], verifyToken: String? = nil) {
        var source = Source(name: "accurate")
        source.handshakes = handshakes
        source.handshakeKeys = HandshakeKeys(
            secrets: secrets.map { Array($0.utf8) }, verifyToken: verifyToken.map { Array($0.utf8) })
        intake = Intake(store: store, routes: [(source, [])], patience: .seconds(5), committed: {})
    }

    func reply(_ method: String, query: String = "", headers: [(String, String)] = [], body: String = "") async
        -> IngestReply
    {
        var request = IngestRequest(
            source: "accurate", headers: headers.map { .init(name: $0.0, value: $0.1) }, body: Array(body.utf8),
            receivedAt: NewEvent.sampleTime)
        request.method = method
        request.target = "/webhook/accurate" + query
        return await withCheckedContinuation { continuation in
            intake.accept(request) { continuation.resume(returning: $0) }
        }
    }

    /// The answer to a question; nil when it was taken for something else.
    func answer(_ method: String, query: String = "", headers: [(String, String)] = [], body: String = "") async
        -> HandshakeAnswer?
    {
        let reply = await reply(method, query: query, headers: headers, body: body)
        return if case .handshake(let answer) = reply { answer } else { nil }
    }

    /// The status of a refusal; nil when there was none.
    func refusal(_ method: String, query: String = "", headers: [(String, String)] = []) async -> Int? {
        let reply = await reply(method, query: query, headers: headers)
        return if case .refused(let problem) = reply { problem.status } else { nil }
    }

    /// Whether the body was stored as an event.
    func isStored(_ body: String, query: String = "") async -> Bool {
        let count = store.model.events.count
        let reply = await reply("POST", query: query, body: body)
        guard case .accepted = reply else { return false }
        return store.model.events.count == count + 1
    }
}

extension HandshakeAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// Whether the body is text for every reader, whatever stands in it.
    var isPlainText: Bool { contentType == "text/plain" && header("X-Content-Type-Options") == "nosniff" }
}

@Suite struct HandshakeTests {
    static let challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CYEE3u"

    @Test func `a challenge is sent back as text and not stored`() async {
        let bench = HandshakeBench([.slack])
        let body = #"{"token":"t","challenge":"\#(Self.challenge)","type":"url_verification"}"#
        let answer = await bench.answer("POST", body: body)
        #expect(answer?.status == 200)
        #expect(answer?.text == Self.challenge)
        #expect(answer?.isPlainText == true)
        #expect(bench.store.model.events.isEmpty)
    }

    @Test(arguments: [
        #"{"type":"event_callback","challenge":"c"}"#, #"{"type":"url_verification"}"#,
        #"{"type":"url_verification","challenge":7}"#, #"{"type":"url_verification","challenge":""}"#,
        #"{"type":"url_verification","challenge":"a\r\nb"}"#, #"{"type":"url_verification","challenge":"\u007f"}"#,
        #"{"type":"url_verification","challenge":"\u00e9"}"#,
        #"{"type":"url_verification","type":"event_callback","challenge":"c"}"#,
        #"{"type":"url_verification","challenge":"c","ch\u0061llenge":"d"}"#,
        #"[{"type":"url_verification","challenge":"c"}]"#, #"{"event":{"type":"url_verification","challenge":"c"}}"#,
    ])
    func `what is no clear challenge is an event`(_ body: String) async {
        #expect(await HandshakeBench([.slack]).isStored(body))
    }

    @Test(arguments: [(4096, true), (4097, false)])
    func `a text that is sent back has a length`(_ length: Int, _ isAnswered: Bool) async {
        let text = String(repeating: "c", count: length)
        let body = #"{"type":"url_verification","challenge":"\#(text)"}"#
        #expect(await HandshakeBench([.slack]).answer("POST", body: body)?.text == (isAnswered ? text : nil))
        let dropbox = HandshakeBench([.dropbox])
        #expect(await dropbox.answer("GET", query: "?challenge=\(text)")?.text == (isAnswered ? text : nil))
    }

    @Test(arguments: [(65_536, true), (65_537, false)])
    func `a large body is not looked at`(_ length: Int, _ isAnswered: Bool) async {
        let question = #"{"type":"url_verification","challenge":"c"}"#
        let body = question + String(repeating: " ", count: length - question.utf8.count)
        #expect((await HandshakeBench([.slack]).answer("POST", body: body) != nil) == isAnswered)
    }

    @Test func `a source without handshakes answers nothing`() async {
        let bench = HandshakeBench([])
        #expect(await bench.isStored(#"{"type":"url_verification","challenge":"c"}"#))
        #expect(await bench.isStored(#"{"uuid":"a"}"#, query: "?validationToken=x"))
        for method in ["GET", "OPTIONS", "PUT", ""] {
            let reply = await bench.reply(method, query: "?challenge=c", body: #"{"uuid":"by another method"}"#)
            guard case .refused(let problem) = reply else { return #expect(Bool(false), "\(method)") }
            #expect(problem.status == 400)
        }
    }

    @Test func `only the source's own questions are answered`() async {
        let bench = HandshakeBench([.meta], verifyToken: "t")
        #expect(await bench.refusal("GET", query: "?challenge=c") == 400)
        #expect(await bench.refusal("GET", query: "?crc_token=c") == 400)
        #expect(await bench.refusal("OPTIONS", headers: [("WebHook-Request-Origin", "a.example")]) == 400)
        #expect(await bench.isStored(#"{"type":"url_verification","challenge":"c"}"#))
        #expect(await bench.isStored(#"{"type":1}"#))
        #expect(await bench.refusal("POST") == 400)
        #expect(await HandshakeBench([.graph]).isStored("{}"))
        #expect(await HandshakeBench([.shopee]).isStored(#"{"uuid":"a"}"#, query: "?validationToken=x"))
    }

    // MARK: GET

    @Test func `a verify token that fits`() async {
        let bench = HandshakeBench([.meta], verifyToken: "to ken&1")
        let query = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=to+ken%261"
        let answer = await bench.answer("GET", query: query)
        #expect(answer?.status == 200)
        #expect(answer?.text == "1158201444")
        #expect(answer?.isPlainText == true)
    }

    @Test(arguments: ["to", "token2", "TOKEN", "", "token&hub.verify_token=token", "%zz"])
    func `a verify token that does not fit`(_ guess: String) async {
        let query = "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=\(guess)"
        #expect(await HandshakeBench([.meta], verifyToken: "token").refusal("GET", query: query) == 403)
        #expect(await HandshakeBench([.meta]).refusal("GET", query: query) == 403)
    }

    @Test func `a verify token that is missing`() async {
        let query = "?hub.mode=subscribe&hub.challenge=1"
        #expect(await HandshakeBench([.meta], verifyToken: "token").refusal("GET", query: query) == 403)
        #expect(await HandshakeBench([.meta], verifyToken: "").refusal("GET", query: query) == 403)
    }

    @Test(arguments: [
        "?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=token", "?hub.challenge=1&hub.verify_token=token",
        "?hub.mode=subscribe&hub.verify_token=token", "?hub.mode=subscribe&hub.challenge=%0d%0a&hub.verify_token=token",
        "?hub.mode=subscribe&hub.challenge=1&hub.challenge=2&hub.verify_token=token", "?", "",
    ])
    func `a GET that is no question`(_ query: String) async {
        #expect(await HandshakeBench([.meta], verifyToken: "token").refusal("GET", query: query) == 400)
    }

    @Test(arguments: [
        ("?challenge=a%20b+c", "a b c"), ("?x=1&challenge=c", "c"), ("?%63hallenge=c", "c"), ("?challenge=a=b", "a=b"),
        ("?challenge=%3Cscript%3E", "<script>"), ("?challenge=a?b", "a?b"), ("?&&challenge=c&", "c"),
        ("?challenge=", nil), ("?challenge", nil), ("?challenge=c&challenge=c", nil), ("?challenge=%", nil),
        ("?challenge=%4", nil), ("?challenge=%zz", nil), ("?challenge=a%0d%0aSet-Cookie:%20b", nil),
        ("?challenge=a%00", nil), ("?challenge=%C3%A9", nil), ("?challenge=%FF", nil), ("?Challenge=c", nil),
        ("?xchallenge=c", nil), ("", nil),
    ])
    func `a query's value is decoded and bounded`(_ query: String, _ expected: String?) async {
        let bench = HandshakeBench([.dropbox])
        let answer = await bench.answer("GET", query: query)
        #expect(answer?.text == expected)
        #expect(answer?.isPlainText ?? true)
        if expected == nil { #expect(await bench.refusal("GET", query: query) == 400) }
    }

    /// The sample of SOURCES, section 3.
    @Test func `a challenge-response check`() async {
        let secret = "z3ZX4v7mAAUGykl3EcmkqbartmuW8VFOOzCloLx9Q45P0hLrFu"
        let bench = HandshakeBench([.dropbox, .x], secrets: [secret, "old"])
        let answer = await bench.answer("GET", query: "?crc_token=9b4507b3-9040-4669-9ca3-6b94edb50553")
        #expect(answer?.status == 200)
        #expect(answer?.contentType == "application/json")
        #expect(answer?.text == #"{"response_token":"sha256=Cytd4Sq+NvEcV3MMrXxWJGJx5A+y/lXzzU2Maartkx8="}"#)
    }

    /// Who could have any text signed would have a signature for an event of his own.
    @Test(arguments: ["%7B%7D", "%5B%5D", "a%20b", "a%22", "v0:1:x", "a%0a", "", String(repeating: "a", count: 257)])
    func `nothing is signed that could be an event`(_ token: String) async {
        let bench = HandshakeBench([.x], secrets: ["secret"])
        #expect(await bench.refusal("GET", query: "?crc_token=\(token)") == 400)
    }

    @Test func `no secret, no signed answer`() async {
        #expect(await HandshakeBench([.x]).refusal("GET", query: "?crc_token=a") == 403)
        let reply = await HandshakeBench([.zoom]).reply("POST", body: Self.zoom(token: "a"))
        guard case .refused(let problem) = reply else { return #expect(Bool(false)) }
        #expect(problem.status == 403)
    }

    // MARK: POST

    private static func zoom(token: String) -> String {
        #"{"payload":{"plainToken":"\#(token)"},"event_ts":1,"event":"endpoint.url_validation"}"#
    }

    /// The vector of SOURCES, section 3.
    @Test func `a token and its code`() async {
        let bench = HandshakeBench([.zoom], secrets: ["zoomsecret"])
        let answer = await bench.answer("POST", body: Self.zoom(token: "qgg8vlvZRS6UYooatFL8Aw"))
        #expect(answer?.contentType == "application/json")
        #expect(
            answer?.text
                == #"{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"#
                + #""83b2a60d4bbe49dc93763ed9e727a9a7690cbe4c1f8bb0adc0ffccd09ecb1384"}"#)
        #expect(bench.store.model.events.isEmpty)
        #expect(await bench.isStored(#"{"event":"meeting.started","payload":{"plainToken":"a"}}"#))
        #expect(await bench.isStored(Self.zoom(token: "v0:1700000000:{}")))
        #expect(await bench.isStored(Self.zoom(token: #"a\",\"b"#)))
    }

    @Test func `a validation token in the query of a POST`() async {
        let bench = HandshakeBench([.graph])
        let query = "?validationToken=Validation%3A+Testing+Request-Id%3a+1"
        let answer = await bench.answer("POST", query: query)
        #expect(answer?.status == 200)
        #expect(answer?.text == "Validation: Testing Request-Id: 1")
        #expect(answer?.isPlainText == true)
        #expect(await bench.refusal("POST", query: "?validationToken=a%0ab") == 400)
        #expect(await bench.isStored(#"{"value":[]}"#))
    }

    @Test func `a ping of interactions and one of webhook events`() async {
        let bench = HandshakeBench([.discord])
        let pong = await bench.answer("POST", body: #"{"id":"1","type":1,"version":1}"#)
        #expect(pong?.status == 200)
        #expect(pong?.text == #"{"type":1}"#)
        #expect(pong?.contentType == "application/json")
        let empty = await bench.answer("POST", body: #"{"type": 0}"#)
        #expect(empty?.status == 204)
        #expect(empty?.text == "")
        #expect(bench.store.model.events.isEmpty)
    }

    /// A webhook event of Discord has type 1 as well.
    @Test(arguments: [
        #"{"version":1,"type":1,"event":{"type":"APPLICATION_AUTHORIZED"}}"#, #"{"type":2}"#, #"{"type":"1"}"#,
        #"{"type":1.0}"#, #"{"type":1,"type":1}"#, #"{"type":1,"event":null}"#, #"{"type":1,"event":1,"event":1}"#,
    ])
    func `what is no ping is an event`(_ body: String) async {
        #expect(await HandshakeBench([.discord]).isStored(body))
    }

    @Test func `a body with nothing in it`() async {
        let bench = HandshakeBench([.shopee])
        for body in ["", " ", "{}", " { \r\n\t} "] {
            let answer = await bench.answer("POST", body: body)
            #expect(answer?.status == 200)
            #expect(answer?.body == [])
            #expect(answer?.contentType == nil)
        }
        #expect(bench.store.model.events.isEmpty)
        #expect(await bench.isStored(#"{"a":1}"#))
        #expect(await bench.answer("POST", body: "[]") == nil)
        #expect(await HandshakeBench([.slack]).isStored("{}"))
    }

    // MARK: OPTIONS

    @Test(
        arguments: [
            (nil, "*"), ("120", "120"), ("007", "7"), ("999999999", "999999999"), ("0", nil), ("-1", nil), ("1.5", nil),
            ("", nil), ("*", nil), ("1000000000", nil), ("1\u{661}", nil),
        ] as [(String?, String?)])
    func `consent with a rate`(_ asked: String?, _ allowed: String?) async {
        let bench = HandshakeBench([.cloudevents, .dropbox])
        let rate = asked.map { [("webhook-request-rate", $0)] } ?? []
        let headers = [("WebHook-Request-Origin", "eventemitter.example.com")] + rate
        let answer = await bench.answer("OPTIONS", headers: headers)
        #expect(answer?.header("WebHook-Allowed-Rate") == allowed)
        guard allowed != nil else { return #expect(await bench.refusal("OPTIONS", headers: headers) == 400) }
        #expect(answer?.status == 200)
        #expect(answer?.body == [])
        #expect(answer?.header("WebHook-Allowed-Origin") == "eventemitter.example.com")
        #expect(answer?.header("Allow") == "POST, GET, OPTIONS")
    }

    @Test(arguments: [
        [], [""], ["a b"], ["a\r\nX-Injected: 1"], ["\u{E9}"], ["a", "b"], [String(repeating: "a", count: 257)],
    ])
    func `no consent without a clear origin`(_ origins: [String]) async {
        let headers = origins.map { ("WebHook-Request-Origin", $0) }
        #expect(await HandshakeBench([.cloudevents]).refusal("OPTIONS", headers: headers) == 400)
    }

    @Test func `the longest origin`() async {
        let origin = String(repeating: "a", count: 256)
        let answer = await HandshakeBench([.cloudevents]).answer(
            "OPTIONS", headers: [("WebHook-Request-Origin", origin)])
        #expect(answer?.header("WebHook-Allowed-Origin") == origin)
        #expect(answer?.header("Allow") == "POST, OPTIONS")
    }

    // MARK: What is around them

    @Test func `refusals are kept for the operator without what was asked`() async throws {
        let bench = HandshakeBench([.meta], verifyToken: "token")
        _ = await bench.refusal("GET", query: "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess")
        let kept = try #require(try await bench.store.rejections(limit: 10).first)
        #expect(kept.status == 403)
        #expect(!"\(kept)".contains("guess"))
    }

    @Test func `keys are not shown`() {
        let keys = HandshakeKeys(secrets: [Array("canary".utf8)], verifyToken: Array("canary".utf8))
        var dumped = ""
        dump(keys, to: &dumped)
        #expect("\(keys)" == "1 secrets, a verify token")
        #expect(!dumped.contains("99"))
    }
}
