import LumbungCore
import LumbungKit
import Testing

@testable import LumbungHTTP

@Suite struct AdminParameterTests {
    static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(iso8601: text)) }

    @Test func `every parameter of the list is read`() throws {
        let text =
            "status=dead&source=shop&type=SALES%5FRECEIPT&tenant=12%2F7&uuid=a%26b&destination=app&from=2026-11-22&"
            + "to=2026-11-22T21:15:00Z&q=two+words%2B&limit=7&cursor=99"
        let list = try EventListRequest(text)
        var query = EventQuery(limit: 7)
        (query.filter.status, query.filter.source, query.filter.type, query.filter.identity) = (
            .dead, "shop", "SALES_RECEIPT", "a&b"
        )
        query.filter.tenant = "12/7"
        query.filter.from = try Self.time("2026-11-22T00:00:00.000Z")
        query.filter.to = try Self.time("2026-11-22T21:15:00.000Z")
        (query.filter.text, query.before) = (Array("two words+".utf8), EventID(99))
        #expect(list.query == query)
        #expect(list.destination == "app")
    }

    @Test func `without parameters the newest are asked for`() throws {
        for text in [nil, "", "&"] as [String?] { #expect(try EventListRequest(text).query == EventQuery()) }
        #expect(try EventListRequest("type=").query.filter.type == "")
        #expect(try EventListRequest("tenant=").query.filter.tenant == "")
    }

    @Test(arguments: [
        "limit=1", "limit=200", "cursor=1", "cursor=9223372036854775807", "q=" + String(repeating: "x", count: 128),
        "q=%C3%BC", "status=cancelled", "from=2026-02-28T23:59:59.999%2B14:00",
    ])
    func `inside the bounds`(text: String) throws {
        _ = try EventListRequest(text)
    }

    @Test(arguments: [
        ("limit=0", "`limit` must be a whole number from 1 to 200"), ("limit=201", "`limit` must be"),
        ("limit=+5", "`limit` must be"), ("limit=05", "`limit` must be"), ("limit=", "`limit` is empty"),
        ("cursor=0", "`cursor` must be"), ("cursor=9223372036854775808", "`cursor` must be"),
        ("cursor=-1", "`cursor` must be"), ("cursor=1x", "`cursor` must be"),
        ("q=" + String(repeating: "x", count: 129), "`q` has 129 bytes; at most 128"), ("q=", "`q` is empty"),
        ("q=a%00b", "`q` has a NUL character"), ("uuid=%00", "`uuid` has a NUL character"),
        ("status=done", "pending, processing, retrying, completed, dead, cancelled"),
        ("from=yesterday", "`from` must be a time in ISO 8601"), ("to=2026-02-30", "`to` must be a time"),
        ("tenant=%00", "`tenant` has a NUL character"), ("limit=1&limit=2", "`limit` is there more than once"),
        ("state=dead", "there is no parameter \"state\"; known are: status, source, type"),
        ("q=%zz", "not percent-encoded UTF-8"), ("q=%C3", "not percent-encoded UTF-8"), ("q=%4", "not percent-encoded"),
    ])
    func `what is wrong is named with its parameter`(text: String, words: String) {
        let problem = #expect(throws: Problem.self) { _ = try EventListRequest(text) }
        #expect(problem?.status == 400)
        #expect(problem?.detail.contains(words) == true, "\(problem?.detail ?? "-")")
    }

    @Test(arguments: [
        ("2026-11-22", "2026-11-22T00:00:00.000Z"), ("2026-11-22T21:15Z", "2026-11-22T21:15:00.000Z"),
        ("2026-11-22t21:15:32z", "2026-11-22T21:15:32.000Z"),
        ("2026-11-22T21:15:32.1Z", "2026-11-22T21:15:32.100Z"),
        ("2026-11-22T21:15:32.123456789Z", "2026-11-22T21:15:32.123Z"),
        ("2026-11-23T04:15:32.123+07:00", "2026-11-22T21:15:32.123Z"),
        ("2026-11-23T04:15:32 07:00", "2026-11-22T21:15:32.000Z"),
        ("2026-11-22T20:45:00-00:30", "2026-11-22T21:15:00.000Z"),
    ])
    func `a time in its many forms`(text: String, expected: String) {
        #expect(InstantText.read(text)?.iso8601 == expected)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01", "2026-02-30", "2026-11-22T", "2026-11-22T21:15", "2026-11-22T21:15:32",
        "2026-11-22T24:00Z", "2026-11-22T21:60Z", "2026-11-22T21:15:32.Z", "2026-11-22T21:15:32,5Z",
        "2026-11-22T21:15:32.1234567890Z", "2026-11-22T21:15+24:00", "2026-11-22T21:15+07:60", "2026-11-22T21:15+0700",
        "2026-11-22 21:15Z", "2026-11-22T+07:00", "+026-11-22", "2026-11-22Z",
    ])
    func `what is no time`(text: String) {
        #expect(InstantText.read(text) == nil)
    }

    @Test func `a body says where to`() throws {
        let keys = ["destination", "reroute"]
        #expect(try OperationBody([], keys: keys).destination == nil)
        #expect(try OperationBody(Array("{}".utf8), keys: keys).isRerouted == false)
        #expect(
            try OperationBody(Array(#"{"destination":"app","reroute":false}"#.utf8), keys: keys).destination == "app")
        #expect(try OperationBody(Array(#"{"destination":null,"reroute":true}"#.utf8), keys: keys).isRerouted)
    }

    @Test(arguments: [
        (#"{"destinaton":"app"}"#, "there is no parameter \"destinaton\"; known are: destination"),
        (#"{"destination":"app","destination":"log"}"#, "more than once"), (#"{"destination":7}"#, "the name of"),
        (#"{"destination":""}"#, "the name of"), (#"{"reroute":"yes"}"#, "true or false"),
        (#"{"destination":"app","reroute":true}"#, "exclude each other"), (#"[{"reroute":true}]"#, "one JSON object"),
        ("[]", "one JSON object"), ("{", "the body: "), ("null", "the body: "), ("destination=app", "the body: "),
    ])
    func `a body that is not understood changes nothing`(text: String, words: String) {
        let problem = #expect(throws: Problem.self) {
            _ = try OperationBody(Array(text.utf8), keys: ["destination", "reroute"])
        }
        #expect(problem?.status == 400)
        #expect(problem?.detail.contains(words) == true, "\(problem?.detail ?? "-")")
    }

    @Test(arguments: [
        "localhost", "LOCALHOST:9001", "127.0.0.1", "127.0.0.1:1", "127.255.0.9:65535", "[::1]", "[::1]:9001",
        "[0:0:0:0:0:0:0:1]:80", "[::ffff:127.0.0.1]",
    ])
    func `a host that is this machine`(host: String) {
        #expect(LocalHost.isLocal(host))
    }

    @Test(arguments: [
        "", "example.com", "localhost.example.com", "localhost.", "xlocalhost", "127.0.0.1.nip.io", "127.1",
        "127.0.0.1:x",
        "127.0.0.1:123456", "128.0.0.1", "0.0.0.0", "10.0.0.1", "::1", "[::2]", "[::1", "[127.0.0.1]", "[::1]x",
        "user@localhost",
    ])
    func `a host that may be anybody's`(host: String) {
        #expect(!LocalHost.isLocal(host))
    }
}
