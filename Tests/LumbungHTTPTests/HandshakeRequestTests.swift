import LumbungCore
import LumbungKit
import NIOHTTP1
import Testing

@testable import LumbungHTTP

/// The path of a handshake from the head of a request to the bytes of its answer.
@Suite(.timeLimit(.minutes(1))) struct HandshakeRequestTests {
    private static func source(_ handshakes: [Handshake]) -> Source {
        var source = Source(name: "accurate", maxBodyBytes: 100)
        source.handshakes = handshakes
        source.handshakeKeys = HandshakeKeys(verifyToken: Array("token".utf8))
        return source
    }

    private static func plan(_ method: HTTPMethod, _ handshakes: [Handshake], length: String = "0") -> RequestPlan {
        let head = HTTPRequestHead(
            version: .http1_1, method: method, uri: "/webhook/accurate?challenge=c",
            headers: HTTPHeaders([("host", "a"), ("content-length", length)]))
        return RequestPlan(head, maxBodyBytes: 100) { _ in Self.source(handshakes) }
    }

    @Test(
        arguments: [
            ([.slack, .zoom, .graph, .discord, .shopee], "POST"),
            ([.meta], "POST, GET"), ([.dropbox], "POST, GET"), ([.x, .slack], "POST, GET"),
            ([.cloudevents], "POST, OPTIONS"), ([.cloudevents, .meta], "POST, GET, OPTIONS"),
        ] as [([Handshake], String)])
    func `methods of a source`(_ handshakes: [Handshake], _ allow: String) {
        for method in [HTTPMethod.POST, .GET, .OPTIONS, .HEAD, .PUT, .DELETE, .TRACE, .CONNECT] {
            let plan = Self.plan(method, handshakes)
            if allow.split(separator: ", ").contains(Substring(method.rawValue)) {
                #expect(plan.route == .ingest)
            } else {
                guard case .refuse(let refusal) = plan.route else { return #expect(Bool(false), "\(method)") }
                #expect(refusal.problem.status == 405)
                #expect(refusal.allow == allow)
            }
        }
    }

    @Test func `what a 405 says`() {
        guard case .refuse(let refusal) = Self.plan(.PUT, [.cloudevents, .x]).route else {
            return #expect(Bool(false))
        }
        #expect(refusal.problem.detail == "this path takes POST, GET and OPTIONS only")
    }

    @Test func `the limits of a request hold for a handshake`() {
        let plan = Self.plan(.GET, [.dropbox], length: "101")
        guard case .refuse(let refusal) = plan.route else { return #expect(Bool(false)) }
        #expect(refusal.problem.status == 413)
    }

    private static func get(_ target: String, method: String = "GET", more: String = "") -> String {
        "\(method) \(target) HTTP/1.1\r\nHost: x\r\n\(more)\r\n"
    }

    @Test func `questions and an event on one connection`() throws {
        let wire = try EmbeddedWire(sources: [Self.source([.dropbox, .cloudevents, .shopee])])
        try wire.send(
            Self.get("/webhook/accurate?challenge=%3Cb%3E")
                + Self.get("/webhook/accurate", method: "OPTIONS", more: "WebHook-Request-Origin: a.example\r\n")
                + EmbeddedWire.post("") + EmbeddedWire.post(#"{"uuid":"a"}"#))
        let answer = try wire.received()
        let texts = [
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n"
                + "X-Content-Type-Options: nosniff\r\n\r\n<b>",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nWebHook-Allowed-Origin: a.example\r\nWebHook-Allowed-Rate: *\r\n"
                + "Allow: POST, GET, OPTIONS\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", IngestPipelineTests.ok(IngestPipelineTests.queued("a", 1)),
        ]
        #expect(answer == texts.joined())
        #expect(
            wire.log.all.map { $0.prefix { $0 != "/" } } == [
                "answered dropbox GET ", "answered cloudevents OPTIONS ", "answered shopee POST ",
                "accepted queued POST ",
            ])
        #expect(wire.store.payloads == [#"{"uuid":"a"}"#])
    }

    @Test func `a question that fails is logged without its query`() throws {
        let wire = try EmbeddedWire(sources: [Self.source([.meta])])
        try wire.send(Self.get("/webhook/accurate?hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess"))
        try wire.send(Self.get("/webhook/accurate?hub.verify_token=token"))
        #expect(try wire.statuses() == [403, 400])
        #expect(
            wire.log.all == [
                "refused 403 GET /webhook/accurate accurate -", "refused 400 GET /webhook/accurate accurate -",
            ])
    }

    @Test func `an answer without a body`() throws {
        let wire = try EmbeddedWire(sources: [Self.source([.discord])])
        try wire.send(EmbeddedWire.post(#"{"type":0}"#) + EmbeddedWire.post(#"{"type":1}"#))
        #expect(
            try wire.received() == "HTTP/1.1 204 No Content\r\ncontent-type: application/json\r\n\r\n"
                + "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{\"type\":1}")
    }

    @Test func `a handshake over a socket, while nothing can be stored`() async throws {
        let store = FakeStore()
        store.fail(with: .closed)
        try await LoopbackTests.serving(LoopbackTests.ingest(store, source: Self.source([.meta]))) { port, _ in
            let query = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
            let right = try await LoopbackTests.exchange(port, Self.get("/webhook/accurate" + query + "token"))
            #expect(right.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(right.hasSuffix("\r\n\r\n1158201444"))
            let wrong = try await LoopbackTests.exchange(port, Self.get("/webhook/accurate" + query + "wrong"))
            #expect(wrong.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
            #expect(!wrong.contains("1158201444"))
            let event = try await LoopbackTests.exchange(port, EmbeddedWire.post(#"{"uuid":"a"}"#))
            #expect(event.hasPrefix("HTTP/1.1 503 "))
        }
    }
}
