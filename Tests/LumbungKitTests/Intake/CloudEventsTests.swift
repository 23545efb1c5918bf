import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungKit

@Suite struct CloudEventsTests {
    private let bench = FormatBench([.cloudEvents])
    private static let attributes = [
        ("ce-specversion", "1.0"), ("ce-id", "A/1"), ("ce-source", "/shop"), ("ce-type", "order.made"),
    ]
    private static let structured = ("Content-Type", "application/cloudevents+json; charset=utf-8")
    private static let batch = ("Content-Type", "application/cloudevents-batch+json")
    private static let one = #"{"specversion":"1.0","id":"i","source":"/s","type":"t","data":{"n":1}}"#

    @Test func `binary: headers name the event and the body is kept`() throws {
        let events = try bench.events([0xFF, 0], Self.attributes + [("Content-Type", "image/png")])
        #expect(events.map(\.identity) == ["/shop A/1"])
        #expect(events.map(\.type) == ["order.made"])
        #expect(events[0].payload == [0xFF, 0])
    }

    @Test(arguments: Self.attributes.map(\.0))
    func `binary: a missing, empty or repeated attribute is refused`(name: String) {
        let others = Self.attributes.filter { $0.0 != name }
        #expect(bench.problem("{}", others)?.detail == "the CloudEvent has no \(name)")
        #expect(bench.problem("{}", others + [(name, "")])?.status == 400)
        #expect(bench.problem("{}", others + [(name, "\"\"")])?.status == 400)
        #expect(bench.problem("{}", others + [(name, "a"), (name, "b")])?.status == 400)
    }

    @Test(arguments: [
        ("a", "a"), ("a%20b", "a b"), ("%E2%82%AC", "€"), ("%e2%82%ac", "€"), ("%2541", "%41"), ("\"a b\"", "a b"),
        (#""a \"b\" \\ c""#, #"a "b" \ c"#), (#""a%20b""#, "a b"), (#"a\b"#, #"a\b"#), ("€", "€"), ("100%", "100%"),
    ])
    func `binary: a value comes out of its quotes and is percent-decoded once`(value: String, id: String) throws {
        let headers = Self.attributes.map { $0.0 == "ce-id" ? ("CE-Id", value) : $0 }
        #expect(try bench.events("", headers)[0].identity == "/shop " + id)
    }

    @Test(arguments: ["%FF", "%C3", "a%00b", "%0A", "\u{FFFD}"])
    func `binary: what is no UTF-8 and control characters are refused`(value: String) {
        #expect(bench.problem("", Self.attributes.map { $0.0 == "ce-id" ? ("ce-id", value) : $0 })?.status == 400)
    }

    @Test func `the identity is source and id, and no two pairs share one`() throws {
        func identity(_ source: String, _ id: String) throws -> String {
            try bench.events(
                #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"t"}"#, [Self.structured])[0].identity
        }
        #expect(try identity("/a", "b c") == "/a b c")
        #expect(try identity("/a", "b") != identity("/b", "b"))
        #expect(throws: Problem.self) { try identity("/a b", "c") }
        let headers = Self.attributes.map { $0.0 == "ce-source" ? ("ce-source", "a%20b") : $0 }
        #expect(bench.problem("", headers)?.status == 400)
    }

    @Test func `structured: one event in JSON`() throws {
        let events = try bench.events(" " + Self.one + "\n", [Self.structured])
        #expect(events.map(\.identity) == ["/s i"])
        #expect(events.map(\.type) == ["t"])
        #expect(events[0].payload == Array((" " + Self.one + "\n").utf8))
        #expect(bench.problem("[\(Self.one)]", [Self.structured])?.status == 400)
    }

    @Test(arguments: ["id", "source", "type", "specversion"])
    func `structured: a missing, repeated or unfit attribute is refused`(name: String) {
        let pairs = ["id", "source", "type", "specversion"].filter { $0 != name }.map { #""\#($0)":"x""# }
        func problem(_ more: String...) -> Int? {
            bench.problem("{" + (pairs + more).joined(separator: ",") + "}", [Self.structured])?.status
        }
        #expect(problem() == 400)
        #expect(problem(#""\#(name)":"""#) == 400)
        #expect(problem(#""\#(name)":1"#) == 400)
        #expect(problem(#""\#(name)":"\ud800""#) == 400)
        #expect(problem(#""\#(name)":"x""#, #""\#(name)":"x""#) == 400)
        #expect(problem(#""\#(name)":"x""#) == nil)
    }

    @Test func `batch: each element is an event, which is no batch any more`() throws {
        let second = Self.one.replacing("\"i\"", with: "\"j\"")
        let events = try bench.events("[\(Self.one), \(second)]", [Self.batch])
        #expect(events.map(\.identity) == ["/s i", "/s j"])
        #expect(events[1].payload == Array(second.utf8))
        #expect(events[0].headers == #"{"content-type":"application/cloudevents+json"}"#)
        #expect(try bench.events("[]", [Self.batch]).isEmpty)
        #expect(bench.problem(Self.one, [Self.batch])?.status == 400)
        #expect(
            bench.problem("[\(Self.one),{}]", [Self.batch])?.detail == "event 2: the CloudEvent has no text at `id`")
    }

    @Test(arguments: ["application/cloudevents+xml", "application/cloudevents", "application/cloudevents-batch+avro"])
    func `another event format is 415`(contentType: String) {
        #expect(bench.problem("{}", Self.attributes + [("Content-Type", contentType)])?.status == 415)
    }

    @Test func `beside other formats the headers tell a CloudEvent`() throws {
        let both = FormatBench([.json, .cloudEvents])
        let json = ("Content-Type", "application/json")
        #expect(try both.events(#"{"uuid":"u"}"#, [json])[0].identity == "u")
        #expect(try both.events(#"{"uuid":"u"}"#, Self.attributes + [json])[0].identity == "/shop A/1")
        #expect(try both.events(Self.one, [Self.structured])[0].identity == "/s i")
        #expect(both.problem("x", [("Content-Type", "text/plain")])?.status == 415)
        #expect(both.problem("{}", Self.attributes + [json, ("Content-Type", "text/plain")])?.status == 400)
    }

    @Test func `types and conditions choose in each mode, also again`() throws {
        var bench = bench
        let data = try RouteCondition(JSONPointer(keys: ["data", "n"]), .exists(true))
        let plain = try RouteCondition(JSONPointer(key: "n"), .exists(true))
        bench.routes = FormatBench.table([
            RouteRule(types: [TypePattern("t")]), RouteRule(conditions: [data]), RouteRule(conditions: [plain]),
        ])
        #expect(try bench.ways(Array(Self.one.utf8), [Self.structured]) == [[[1, 2], [1, 2]]])
        #expect(try bench.ways(Array("[\(Self.one)]".utf8), [Self.batch]) == [[[1, 2], [1, 2]]])
        let headers = Self.attributes.map { $0.0 == "ce-type" ? ("ce-type", "%74") : $0 }
        let json = [("Content-Type", "application/json")]
        #expect(try bench.ways(Array(#"{"n":1}"#.utf8), headers + json) == [[[1, 3], [1, 3]]])
        #expect(try bench.ways([0xFF], headers + json) == [[[1], [1]]], "data that only claims to be JSON")
        #expect(try bench.ways(Array(#"{"n":1}"#.utf8), headers) == [[[1], [1]]])
    }
}
