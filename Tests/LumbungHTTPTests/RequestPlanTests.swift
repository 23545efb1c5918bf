import LumbungKit
import NIOHTTP1
import Testing

@testable import LumbungHTTP

@Suite struct RequestPlanTests {
    @Test(arguments: [
        ("/webhook/accurate", RequestTarget.webhook(source: "accurate")),
        ("/webhook/accurate?token=a/b?c", .webhook(source: "accurate")),
        ("/webhook/a%63curate", .webhook(source: "accurate")),
        ("/webhook/toko%20satu", .webhook(source: "toko satu")),
        ("/webhook/%C3%A9", .webhook(source: "\u{E9}")),
        ("http://host:9000/webhook/accurate", .webhook(source: "accurate")),
        ("HTTPS://host/healthz?x", .health),
        ("/healthz", .health), ("/readyz?verbose", .readiness),
        ("/webhook/", .unknown), ("/webhook", .unknown), ("/", .unknown), ("*", .unknown), ("", .unknown),
        ("/webhook/accurate/", .unknown), ("/webhook/accurate/more", .unknown), ("/webhook/../etc", .unknown),
        ("//webhook/accurate", .unknown), ("/Webhook/accurate", .unknown), ("/healthz/", .unknown),
        ("/webhook/%", .unknown), ("/webhook/%4", .unknown), ("/webhook/%zz", .unknown), ("/webhook/%+1", .unknown),
        ("/webhook/%FF", .unknown), ("/webhook/%C0%AF", .unknown), ("/webhook/a b", .unknown),
        ("/webhook/a#b", .unknown), ("/webhook/a\"b", .unknown), ("/webhook/\u{E9}", .unknown),
        ("http://host", .unknown), ("http://host?/webhook/accurate", .unknown), ("ftp://host/healthz", .unknown),
        ("host/webhook/accurate", .unknown),
    ])
    func `targets`(_ uri: String, _ target: RequestTarget) {
        #expect(RequestTarget(uri) == target)
    }

    @Test func `an encoded slash does not make another segment`() {
        #expect(RequestTarget("/webhook/a%2Fb") == .webhook(source: "a/b"))
    }

    static func plan(
        _ fields: [(String, String)], version: HTTPVersion = .http1_1, method: HTTPMethod = .POST,
        uri: String = "/webhook/accurate"
    ) -> RequestPlan {
        let head = HTTPRequestHead(version: version, method: method, uri: uri, headers: HTTPHeaders(fields))
        return RequestPlan(head, maxBodyBytes: 100) { name in
            switch name {
            case "accurate": Source(name: name)
            case "small": Source(name: name, maxBodyBytes: 10)
            default: nil
            }
        }
    }

    static func status(_ plan: RequestPlan) -> Int? {
        if case .refuse(let refusal) = plan.route { refusal.problem.status } else { nil }
    }

    @Test(arguments: [
        [("host", "a"), ("content-length", "5"), ("transfer-encoding", "chunked")],
        [("host", "a"), ("content-length", "5"), ("content-length", "5")],
        [("host", "a"), ("content-length", "5, 5")], [("host", "a"), ("content-length", "+5")],
        [("host", "a"), ("content-length", "")], [("host", "a"), ("content-length", "5 ")],
        [("host", "a"), ("content-length", "0x5")], [("host", "a"), ("content-length", "-1")],
        [("host", "a"), ("transfer-encoding", "gzip")], [("host", "a"), ("transfer-encoding", "gzip, chunked")],
        [("host", "a"), ("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
        [("host", "a"), ("transfer-encoding", "identity")], [("host", "a"), ("transfer-encoding", "")],
        [("content-length", "5")], [("host", "a"), ("host", "a")], [("host", "")], [("host", "a b")],
        [("host", "a,b")], [("host", "a/b")], [("host", "user@a")], [("host", "a\u{7F}")],
        [("host", "a"), ("x", "b\r\n c")], [("host", "a"), ("x", "b\u{0}")],
    ])
    func `heads that two readers could read in two ways`(_ fields: [(String, String)]) {
        let plan = Self.plan(fields)
        #expect(Self.status(plan) == 400)
        #expect(plan.closes)
        #expect(plan.hasUnreadInput)
    }

    @Test(arguments: ["a", "a.example:9000", "[::1]:9000", "127.0.0.1", "xn--80ak6aa92e.com", "a_b"])
    func `good hosts`(_ host: String) {
        #expect(Self.plan([("Host", host), ("Content-Length", "5")]).route == .ingest)
    }

    @Test func `the second and third version of HTTP/1`() {
        #expect(Self.plan([("content-length", "5")], version: .http1_0).route == .ingest)
        #expect(Self.plan([("content-length", "5")], version: .http1_0).closes)
        #expect(Self.status(Self.plan([("transfer-encoding", "chunked")], version: .http1_0)) == 400)
        #expect(Self.status(Self.plan([("host", "a"), ("host", "b")], version: .http1_0)) == 400)
        #expect(!Self.plan([("expect", "100-continue")], version: .http1_0).headers.expectsContinue)
    }

    @Test(
        arguments: [
            ("accurate", "99", nil), ("accurate", "100", nil), ("accurate", "101", 413),
            ("small", "10", nil), ("small", "11", 413), ("accurate", "99999999999999999999", 413), ("none", "5", 404),
        ] as [(String, String, Int?)])
    func `the limit of a body`(_ source: String, _ length: String, _ status: Int?) {
        let plan = Self.plan([("host", "a"), ("content-length", length)], uri: "/webhook/\(source)")
        #expect(Self.status(plan) == status)
        #expect(plan.hasUnreadInput == (status != nil))
    }

    @Test(
        arguments: [
            (HTTPMethod.GET, "/webhook/accurate", 405, "POST"), (.HEAD, "/webhook/accurate", 405, "POST"),
            (.PUT, "/webhook/accurate", 405, "POST"), (.POST, "/healthz", 405, "GET, HEAD"),
            (.DELETE, "/readyz", 405, "GET, HEAD"), (.GET, "/webhook/none", 404, nil), (.GET, "/", 404, nil),
        ] as [(HTTPMethod, String, Int, String?)])
    func `other methods and paths`(_ method: HTTPMethod, _ uri: String, _ status: Int, _ allow: String?) {
        let plan = Self.plan([("host", "a")], method: method, uri: uri)
        guard case .refuse(let refusal) = plan.route else { return #expect(Bool(false)) }
        #expect(refusal.problem.status == status)
        #expect(refusal.allow == allow)
        #expect(plan.isHead == (method == .HEAD))
        #expect(!plan.hasUnreadInput)
    }

    @Test func `expectations and upgrades`() {
        #expect(Self.plan([("host", "a"), ("expect", "100-Continue")]).headers.expectsContinue)
        #expect(Self.status(Self.plan([("host", "a"), ("expect", "a miracle")])) == 417)
        let upgrade = Self.plan([("host", "a"), ("connection", "Upgrade"), ("upgrade", "h2c")])
        #expect(upgrade.route == .ingest)
        #expect(upgrade.closes)
    }
}
