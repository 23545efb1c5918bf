import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungKit

/// Whose event it is, as the source finds it.
@Suite struct TenantTests {
    private let accurate = FormatBench()

    private static func bench(_ tenant: TypeRule?, _ formats: [BodyFormat] = [.json]) -> FormatBench {
        var bench = FormatBench(formats)
        bench.source.tenant = tenant
        return bench
    }

    @Test(arguments: [
        (#"{"databaseId":1293289}"#, "1293289"), (#"{"databaseId":"a b"}"#, "a b"),
        (#"{"databaseId":1.50e0}"#, "1.50e0"),
        (#"{"databaseId":"\u00e9"}"#, "é"), (#"{}"#, ""), (#"{"databaseId":null}"#, ""), (#"{"databaseId":true}"#, ""),
        (#"{"databaseId":[1]}"#, ""), (#"{"databaseId":{}}"#, ""), (#"{"databaseId":1,"databaseId":2}"#, ""),
        (#"{"databaseId":"\ud800"}"#, ""), (#"{"databaseId":"a\u0000b"}"#, ""), (#"{"databaseId":"a\u009fb"}"#, ""),
    ])
    func `a number as it stands, a text, or nothing`(_ body: String, _ expected: String) throws {
        #expect(try accurate.events(body)[0].tenant == expected)
    }

    @Test(arguments: [(255, 255), (256, 256), (257, 0)])
    func `a tenant has at most 256 bytes`(_ bytes: Int, _ kept: Int) throws {
        let long = String(repeating: "t", count: bytes)
        #expect(try accurate.events("{\"databaseId\":\"\(long)\"}")[0].tenant.utf8.count == kept)
        #expect(
            try accurate.events("{\"databaseId\":\(String(repeating: "1", count: bytes))}")[0].tenant.utf8.count == kept
        )
    }

    @Test func `each event of a body has its own`() throws {
        let body = #"[{"uuid":"a","databaseId":7},{"uuid":"b"},{"uuid":"c","databaseId":"8"}]"#
        #expect(try accurate.events(body).map(\.tenant) == ["7", "", "8"])
        #expect(try Self.bench(.header("X-Shop")).events(body, [("X-Shop", "s")]).map(\.tenant) == ["s", "s", "s"])
    }

    @Test func `a header, a form's field, a template and a text`() throws {
        #expect(try Self.bench(.header("X-Shop")).events("{}").map(\.tenant) == [""])
        #expect(try Self.bench(.form("Sid"), [.form]).events("Sid=AC1&x=2").map(\.tenant) == ["AC1"])
        #expect(try Self.bench(.form("Sid"), [.form]).events("Sid=AC1&Sid=AC2").map(\.tenant) == [""])
        let template = ValueTemplate(.json("region"), .text("/"), .json("shop"))
        #expect(try Self.bench(.template(template)).events(#"{"region":"id","shop":7}"#)[0].tenant == "id/7")
        #expect(try Self.bench(.template(template)).events(#"{"region":"id"}"#)[0].tenant == "")
        #expect(try Self.bench(.text("own"), [.raw]).events("any")[0].tenant == "own")
        #expect(try Self.bench(nil).events(#"{"databaseId":7}"#)[0].tenant == "")
    }

    @Test(arguments: [
        (#"{"id":"1","source":"/a","type":"t","specversion":"1.0","shop":7}"#, "application/cloudevents+json", ["7"]),
        (
            #"[{"id":"1","source":"/a","type":"t","specversion":"1.0","shop":7},"#
                + #"{"id":"2","source":"/a","type":"t","specversion":"1.0"}]"#,
            "application/cloudevents-batch+json", ["7", ""]
        ),
        (#"{"shop":"8"}"#, "application/json", ["8"]), (#"{"shop":"8"}"#, "text/plain", [""]),
    ])
    func `a CloudEvent has one in its JSON, or in its data`(
        _ body: String, _ contentType: String, _ expected: [String]
    ) throws {
        let bench = Self.bench(.json(JSONPointer(key: "shop")), [.cloudEvents])
        var headers = [("Content-Type", contentType)]
        if !contentType.contains("cloudevents") {
            headers += [("ce-id", "1"), ("ce-source", "/a"), ("ce-type", "t"), ("ce-specversion", "1.0")]
        }
        let events = try bench.events(body, headers)
        #expect(events.map(\.tenant) == expected && events[0].identity == "/a 1" && events[0].type == "t")
    }

    @Test func `a CloudEvent's routes may ask for both`() throws {
        var bench = Self.bench(.json(JSONPointer(key: "shop")), [.cloudEvents])
        let condition = try RouteCondition(JSONPointer(key: "paid"), .equal(.bool(true)))
        bench.routes = FormatBench.table([
            RouteRule(tenants: [TypePattern("7")], conditions: [condition]), RouteRule(tenants: [TypePattern("8")]),
        ])
        let body = #"{"id":"1","source":"/a","type":"t","specversion":"1.0","shop":7,"paid":true}"#
        let ways = try bench.ways(Array(body.utf8), [("Content-Type", "application/cloudevents+json")])
        #expect(ways == [[[1], [1]]])
    }

    @Test func `an event that is routed again has the tenant that the rules of now find`() throws {
        var bench = FormatBench()
        bench.routes = FormatBench.table([
            RouteRule(tenants: [TypePattern("7")]), RouteRule(tenants: [TypePattern("s")]),
        ])
        #expect(try bench.ways(Array(#"[{"databaseId":7},{"databaseId":8}]"#.utf8), []) == [[[1], [1]], [[], []]])
        bench.source.tenant = .header("X-Shop")
        #expect(try bench.ways(Array("{}".utf8), [("X-Shop", "s")]) == [[[2], [2]]])
        let content = EventContent(payload: Array("{}".utf8), digest: [], headers: "{}")
        var stored = LeasedEvent(id: EventID(1), source: "shop", identity: "u", type: "", content: content)
        stored.tenant = "s"
        #expect(bench.plan.destinations(of: stored) == [DestinationID(2)], "the header was not kept")
    }

    @Test func `it is no part of the name`() throws {
        let (seven, eight) = (#"{"uuid":"a","databaseId":7}"#, #"{"uuid":"a","databaseId":8}"#)
        #expect(try accurate.events(seven)[0].identity == accurate.events(eight)[0].identity)
    }
}
