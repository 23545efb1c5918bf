import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungKit

/// When an event happened, as its source finds it.
@Suite struct EventTimeTests {
    private let accurate = FormatBench()

    private func times(_ events: [NewEvent]) -> [String?] { events.map { $0.occurredAt?.iso8601 } }

    @Test(arguments: [
        (#"{"timestamp":"17/09/2026 21:10:59"}"#, "2026-09-17T14:10:59.000Z"),
        (#"{"timestamp":"17\/9\/2026 21:10:59"}"#, "2026-09-17T14:10:59.000Z"),
        (#"{"timestamp":1789654259}"#, "2026-09-17T14:10:59.000Z"),
        (#"{"timestamp":"31/02/2026 21:10:59"}"#, nil), (#"{"timestamp":-1}"#, nil), (#"{"timestamp":1e9}"#, nil),
        (#"{"timestamp":9223372036854775808}"#, nil), (#"{"timestamp":null}"#, nil), (#"{"timestamp":[1]}"#, nil),
        (#"{"timestamp":1,"timestamp":2}"#, nil), (#"{"timestamp":"\ud800"}"#, nil), (#"{}"#, nil),
    ])
    func `an unreadable time is none, and never a reason to refuse`(_ body: String, _ expected: String?) throws {
        #expect(try times(accurate.events(body)) == [expected])
    }

    @Test func `the first place with a time counts`() throws {
        var bench = FormatBench()
        bench.source.time = [.header("X-At"), .json(JSONPointer(key: "at"))]
        let body = #"[{"at":1},{"at":2}]"#
        #expect(
            try times(bench.events(body, [("X-At", "3")])) == Array(repeating: "1970-01-01T00:00:03.000Z", count: 2))
        #expect(
            try times(bench.events(body, [("X-At", "soon")])) == [
                "1970-01-01T00:00:01.000Z", "1970-01-01T00:00:02.000Z",
            ])
        bench.source.time = []
        #expect(try times(bench.events(body)) == [nil, nil])
        bench.source.formats = [.form]
        bench.source.time = [.form("at")]
        #expect(try times(bench.events("at=17%2F09%2F2026+21%3A10%3A59")) == ["2026-09-17T14:10:59.000Z"])
    }

    @Test(arguments: [
        (#","time":"2026-09-17T21:10:59+07:00""#, "2026-09-17T14:10:59.000Z"), ("", nil), (#","time":7"#, nil),
        (#","time":"x""#, nil), (#","time":"2026-09-17T14:10:59Z","time":"2026-09-17T14:10:59Z""#, nil),
    ])
    func `a CloudEvent has its own time`(_ member: String, _ expected: String?) throws {
        let bench = FormatBench([.cloudEvents])
        let body = #"{"id":"1","source":"/a","type":"t","specversion":"1.0"\#(member)}"#
        #expect(try times(bench.events(body, [("Content-Type", "application/cloudevents+json")])) == [expected])
    }

    @Test(arguments: [
        ("2026-09-17T14:10:59Z", "2026-09-17T14:10:59.000Z"),
        ("2026-09-17T21:10:59%2B07:00", "2026-09-17T14:10:59.000Z"),
        (nil, nil), ("x", nil),
    ])
    func `a CloudEvent in headers has it there, whatever its data says`(_ time: String?, _ expected: String?) throws {
        let headers =
            [("ce-id", "1"), ("ce-source", "/a"), ("ce-type", "t"), ("ce-specversion", "1.0")]
            + (time.map { [("ce-time", $0)] } ?? [])
        let body = #"{"time":"2020-01-01T00:00:00Z","timestamp":1}"#
        #expect(try times(FormatBench([.cloudEvents]).events(body, headers)) == [expected])
    }
}
