import LumbungCore
import Testing

@testable import LumbungKit

@Suite struct TemplateTests {
    private let payment = FormatBench(
        id: [.template(ValueTemplate(.json("id"), .text(":"), .json("status"), .json("fraud", isOptional: true)))])

    @Test func `a template joins its parts`() throws {
        #expect(try payment.events(#"{"id":"a","status":200,"fraud":"x"}"#)[0].identity == "a:200x")
        #expect(try payment.events(#"{"id":"a","status":200}"#)[0].identity == "a:200")
        #expect(try payment.events(#"{"id":"a","status":200,"fraud":null}"#)[0].identity == "a:200")
    }

    @Test(arguments: [
        #"{"id":"a"}"#, #"{"id":"a","status":null}"#, #"{"id":"a","status":""}"#, #"{"id":"a","status":[]}"#,
    ])
    func `a template with a part missing is not there, and the next rule is tried`(body: String) throws {
        #expect(try payment.events(body)[0].identity.hasPrefix("sha256:"))
        var next = payment
        next.source.identity.append(.json(JSONPointer(key: "id")))
        #expect(try next.events(body)[0].identity == "a")
    }

    @Test(arguments: [
        #"{"id":"a","id":"b","status":"x"}"#, #"{"id":"a","status":"x","fraud":"y","fraud":"y"}"#,
        #"{"id":"a\u0001","status":"x"}"#, #"{"id":"\ud800","status":"x"}"#,
    ])
    func `what is refused for an identity is refused for its parts`(body: String) {
        #expect(payment.problem(body)?.status == 400)
    }

    @Test func `the whole has at most 256 bytes`() throws {
        let long = String(repeating: "x", count: 254)
        #expect(try payment.events("{\"id\":\"\(long)\",\"status\":\"y\"}")[0].identity.utf8.count == 256)
        #expect(payment.problem("{\"id\":\"\(long)\",\"status\":\"yy\"}")?.status == 400)
    }

    @Test func `a header names each of several events together with a value of its own`() throws {
        let bench = FormatBench(id: [.template(ValueTemplate(.header("X-Batch"), .text("/"), .json("n")))])
        let events = try bench.events(#"[{"n":1},{"n":2},{}]"#, [("x-batch", "b")])
        #expect(events.prefix(2).map(\.identity) == ["b/1", "b/2"])
        #expect(events[2].identity.hasPrefix("sha256:"))
        #expect(try bench.events(#"[{"n":1}]"#)[0].identity.hasPrefix("sha256:"))
    }

    @Test func `a header alone names none of several events`() throws {
        let bench = FormatBench(
            id: [.template(ValueTemplate(.header("X-Batch"), .text("/"), .json("n", isOptional: true)))])
        let events = try bench.events(#"[{"n":1},{}]"#, [("X-Batch", "b")])
        #expect(events[0].identity == "b/1")
        #expect(events[1].identity.hasPrefix("sha256:"))
        #expect(try bench.events("{}", [("X-Batch", "b")])[0].identity == "b/")
    }

    @Test func `a header in a template that came twice is refused`() {
        let bench = FormatBench(id: [.template(ValueTemplate(.header("X-Batch"), .json("n")))])
        #expect(bench.problem(#"{"n":1}"#, [("X-Batch", "a"), ("X-Batch", "b")])?.status == 400)
        #expect(bench.problem(#"{"n":1}"#, [("X-Batch", "\u{FFFD}")])?.status == 400)
    }

    @Test func `a type is a template too`() throws {
        let bench = FormatBench(
            type: .template(
                ValueTemplate(.header("X-Kind"), .text("."), .json("action"), .json("sub", isOptional: true))))
        func type(_ body: String) throws -> String { try bench.events(body, [("X-Kind", "issue")])[0].type }
        #expect(try type(#"{"action":"open"}"#) == "issue.open")
        #expect(try type(#"{"action":"open","sub":1}"#) == "issue.open1")
        #expect(try type(#"{"sub":1}"#) == "")
        #expect(try type(#"{"action":"a","action":"b"}"#) == "")
        #expect(try type(#"{"action":"a","sub":"x","sub":"y"}"#) == "")
        #expect(try type(#"{"action":"\n"}"#) == "")
        #expect(try type("{\"action\":\"\(String(repeating: "x", count: 251))\"}") == "")
        #expect(try bench.events(#"{"action":"open"}"#)[0].type == "")
    }

    @Test func `a template without a part that has to be there is none`() {
        #expect(ValueTemplate([]) == nil)
        #expect(ValueTemplate([.text("x")]) == nil)
        #expect(ValueTemplate([.json("a", isOptional: true)]) == nil)
    }

    @Test func `an event is routed again by the same template`() throws {
        var bench = FormatBench(type: .template(ValueTemplate(.header("X-Kind"), .text("."), .json("action"))))
        bench.routes = FormatBench.table([RouteRule(types: [TypePattern("issue.open")])])
        #expect(try bench.ways(Array(#"{"action":"open"}"#.utf8), [("X-Kind", "issue")]) == [[[1], [1]]])
        bench.source.type = .template(ValueTemplate(.header("X-Token-Kind"), .text("."), .json("action")))
        let ways = try bench.ways(Array(#"{"action":"open"}"#.utf8), [("X-Token-Kind", "issue")])
        #expect(ways == [[[1], [1]]], "the stored type stands in for a header that is not kept")
    }
}

@Suite struct SplitTests {
    private func bench(_ pointer: String) throws -> FormatBench {
        var bench = FormatBench()
        bench.source.split = try JSONPointer(pointer)
        return bench
    }

    @Test func `the events are the elements of the array`() throws {
        let events = try bench("/data/events").events(
            #"{"uuid":"no","data":{"x":[1],"events":[ {"uuid":"a", "type":"T"} ,{"uuid":"b"}]},"more":true}"#)
        #expect(events.map(\.identity) == ["a", "b"])
        #expect(events.map(\.type) == ["T", ""])
        #expect(events[0].payload == Array(#"{"uuid":"a", "type":"T"}"#.utf8))
    }

    @Test func `an empty array queues nothing`() throws {
        #expect(try bench("/events").events(#"{"events":[]}"#).isEmpty)
    }

    @Test(arguments: [
        "{}", #"{"events":{}}"#, #"{"events":null}"#, #"{"events":[1]}"#, #"[{"events":[]}]"#,
        #"{"events":[],"events":[]}"#,
    ])
    func `a body without the array is refused, and the detail names the place`(body: String) throws {
        let problem = try bench("/events").problem(body)
        #expect(problem?.status == 400)
        #expect(problem?.detail.hasSuffix("the events of this source are the objects of the array at /events") == true)
    }

    @Test func `a single element is named by a header, several are not`() throws {
        var bench = try bench("/events")
        bench.source.identity = [.header("X-Id")]
        #expect(try bench.events(#"{"events":[{}]}"#, [("X-Id", "h")])[0].identity == "h")
        #expect(try bench.events(#"{"events":[{"a":1},{}]}"#, [("X-Id", "h")])[0].identity != "h")
    }

    @Test func `a stored element is routed again without its array`() throws {
        var bench = try bench("/events")
        bench.routes = FormatBench.table([RouteRule(types: [TypePattern("T")])])
        let ways = try bench.ways(Array(#"{"events":[{"type":"T"},{"type":"U"}]}"#.utf8), [])
        #expect(ways == [[[1], [1]], [[], []]])
    }
}
