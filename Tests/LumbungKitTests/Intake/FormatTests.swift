import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungKit

private let formType = "application/x-www-form-urlencoded"

@Suite struct FormFieldTests {
    @Test(arguments: [
        ("a=1&b=2", FormValue.bytes(Array("1".utf8))), ("b=2&a=x+y%2B%26%3d", .bytes(Array("x y+&=".utf8))),
        ("%61=1", .bytes(Array("1".utf8))), ("a", .bytes([])), ("a=", .bytes([])), ("a=b=c", .bytes(Array("b=c".utf8))),
        ("a=%", .bytes(Array("%".utf8))), ("a=%4", .bytes(Array("%4".utf8))), ("a=%zz", .bytes(Array("%zz".utf8))),
        ("a=%FF", .bytes([0xFF])), ("&&a=1&&", .bytes(Array("1".utf8))), ("a=1&a=1", .repeated),
        ("a=1&%61=2", .repeated),
        ("a&a=", .repeated), ("a=1&a=2&a=3", .repeated), ("", .absent), ("A=1&aa=2&=3&b=a=1", .absent),
        ("a=%25%34%31", .bytes(Array("%41".utf8))),
    ])
    func `a field is found by its decoded name`(body: String, expected: FormValue) {
        #expect(FormFields.values(of: [Array("a".utf8)], in: Array(body.utf8)) == [expected])
    }

    @Test func `a blank and letters outside ASCII are found`() {
        let names = ["a b", "é"].map { Array($0.utf8) }
        #expect(
            FormFields.values(of: names, in: Array("a+b=1&%C3%A9=2".utf8))
                == [.bytes(Array("1".utf8)), .bytes(Array("2".utf8))])
    }
}

@Suite struct FormatTests {
    private let message = FormatBench([.form], id: [.form("MessageSid")], type: .form("Status"))

    @Test func `a form is one event, kept as received`() throws {
        let body = "Status=sent%20now&MessageSid=SM+1&%zz"
        let events = try message.events(body, [("Content-Type", formType)])
        #expect(events.map(\.identity) == ["SM 1"])
        #expect(events.map(\.type) == ["sent now"])
        #expect(events[0].payload == Array(body.utf8))
    }

    @Test func `a field that can be read two ways is refused as identity and no type`() throws {
        #expect(message.problem("MessageSid=a&MessageSid=a")?.status == 400)
        #expect(message.problem("MessageSid=%FF")?.status == 400)
        #expect(message.problem("MessageSid=%00")?.status == 400)
        #expect(message.problem("")?.status == 400)
        #expect(try message.events("MessageSid=a&Status=b&Status=b")[0].type == "")
        #expect(try message.events("MessageSid=a&Status=%FF")[0].type == "")
        #expect(try message.events("MessageSid=&Status=b")[0].identity.hasPrefix("sha256:"))
    }

    @Test func `templates take fields, and without any the digest stands in`() throws {
        let bench = FormatBench([.form], id: [.template(ValueTemplate(.form("a"), .text("-"), .header("X-N")))])
        #expect(try bench.events("a=1", [("X-N", "2")])[0].identity == "1-2")
        #expect(try bench.events("b=1", [("X-N", "2")])[0].identity.hasPrefix("sha256:"))
        #expect(try FormatBench([.form]).events("uuid=1")[0].identity.hasPrefix("sha256:"))
        #expect(try FormatBench(id: [.form("uuid")]).events("{}")[0].identity.hasPrefix("sha256:"))
    }

    @Test func `of a form only types decide the way, no condition holds`() throws {
        var bench = message
        let absent = try RouteCondition(JSONPointer(key: "x"), .exists(false))
        bench.routes = FormatBench.table([RouteRule(types: [TypePattern("sent")]), RouteRule(conditions: [absent])])
        #expect(try bench.ways(Array("MessageSid=a&Status=sent".utf8), []) == [[[1], [1]]])
        #expect(try bench.ways(Array("MessageSid=a&Status=other".utf8), []) == [[[], []]])
        bench.source.formats = [.raw]
        bench.source.type = .header("X-Kind")
        #expect(try bench.ways([0xFF], [("X-Kind", "sent")]) == [[[1], [1]]])
    }

    @Test func `JSON in a form's field names the event, whose form is kept`() throws {
        var bench = FormatBench([.formPayload])
        let condition = try RouteCondition(JSONPointer(key: "n"), .exists(true))
        bench.routes = FormatBench.table([RouteRule(conditions: [condition])])
        let body = "x=1&payload=%7B%22uuid%22%3A%22a+b%22,%22type%22:%22T%22,%22n%22:1}"
        let events = try bench.events(body, [("Content-Type", formType)])
        #expect(events.map(\.identity) == ["a b"])
        #expect(events.map(\.type) == ["T"])
        #expect(events[0].payload == Array(body.utf8))
        #expect(try bench.ways(Array(body.utf8), [("Content-Type", formType)]) == [[[1], [1]]])
    }

    @Test(arguments: [
        "", "a=1", "payload=", "payload=[]", "payload=[{}]", "payload=1", "payload={", "payload={}&payload={}",
        "payload={\"uuid\":\"a\",\"uuid\":\"a\"}", "{\"uuid\":\"a\"}",
    ])
    func `a form without one object in its payload is refused`(body: String) {
        #expect(FormatBench([.formPayload]).problem(body)?.status == 400)
    }

    @Test func `raw bytes are kept and named by a header or their digest`() throws {
        let bytes: [UInt8] = [0, 0xFF, 0xC3, 0x28, 0]
        let bench = FormatBench([.raw], id: [.header("X-Id"), .json(JSONPointer(key: "uuid"))], type: .text("blob"))
        let event = try bench.events(bytes, [("X-Id", "r1")])[0]
        #expect(event.identity == "r1" && event.type == "blob" && event.payload == bytes)
        #expect(try bench.events(#"{"uuid":"a"}"#)[0].identity.hasPrefix("sha256:"))
        #expect(try bench.events([])[0].payload == [])
    }

    struct Choice: Sendable {
        let formats: [BodyFormat]
        let contentType: String?
        let expected: BodyFormat?

        init(_ formats: [BodyFormat], _ contentType: String?, _ expected: BodyFormat?) {
            (self.formats, self.contentType, self.expected) = (formats, contentType, expected)
        }
    }

    private static let choices: [Choice] = [
        Choice([.json], "text/plain", .json),
        Choice([.form], "application/json", .form),
        Choice([.json, .form], "application/json", .json),
        Choice([.json, .form], "Application/JSON ; charset=utf-8", .json),
        Choice([.json, .form], "application/vnd.api+json", .json),
        Choice([.json, .form], "text/json", .json),
        Choice([.json, .form], formType, .form),
        Choice([.form, .json], formType + ";charset=utf-8", .form),
        Choice([.json, .formPayload], formType, .formPayload),
        Choice([.json, .form], "text/plain", nil),
        Choice([.json, .form], nil, .json),
        Choice([.form, .raw], nil, .raw),
        Choice([.form, .cloudEvents], nil, nil),
        Choice([.json, .raw], "text/plain", .raw),
        Choice([.raw, .json], "application/json", .json),
        Choice([.json, .cloudEvents], "application/cloudevents+json", .cloudEvents),
        Choice([.json, .form], "application/cloudevents+json", .json),
        Choice([.json, .form], "image/svg+json", nil),
    ]

    @Test(arguments: choices)
    func `the content type chooses`(one: Choice) {
        #expect(one.formats.choice(contentType: one.contentType, isBinaryCloudEvent: false) == one.expected)
    }

    @Test func `a content type that fits none is 415, two that differ are 400`() {
        let bench = FormatBench([.json, .form])
        #expect(bench.problem("{}", [("Content-Type", "text/plain")])?.status == 415)
        #expect(bench.problem("{}", [("Content-Type", "text/json"), ("Content-Type", formType)])?.status == 400)
        #expect(bench.problem("{}", [("Content-Type", "text/json")]) == nil)
        #expect(FormatBench().problem("{}", [("Content-Type", "text/plain")]) == nil)
    }

    @Test(arguments: [BodyFormat.form, .formPayload, .raw, .cloudEvents])
    func `an encoded body is 415`(format: BodyFormat) {
        let attributes = ["id", "source", "type", "specversion"].map { ("ce-" + $0, "x") }
        func problem(_ encoding: String) -> Problem? {
            FormatBench([format]).problem("payload={}", attributes + [("Content-Encoding", encoding)])
        }
        #expect(problem("gzip")?.status == 415)
        #expect(problem("identity") == nil)
    }
}
