import LumbungCore
import Testing

@testable import LumbungServer

@Suite struct DestinationPaceTests {
    @Test func `rate, statuses and order of each kind`() {
        let yaml = """
            destinations:
              a: {url: https://a, rate: 50/s, permanent: [300, 599, 410], order_by: json:/databaseId}
              b: {command: [x], rate: 600/m, permanent: [1], order_by: json:/a/0, order_on_dead: block}
              c: {log: true, rate: 1/h, order_by: json:/x~1y, order_on_dead: skip}
              d: {url: https://a, permanent: []}
              e: {url: https://a, order_by: tenant, order_on_dead: block}
            """
        let destinations = inbox(yaml).destinations
        #expect(
            destinations.map(\.rate) == [DeliveryRate("50/s"), DeliveryRate("600/m"), DeliveryRate("1/h"), nil, nil])
        #expect(destinations.map(\.rate?.description) == ["50/s", "600/m", "1/h", nil, nil])
        #expect(destinations.map(\.permanent) == [[300, 599, 410], [1], [], [], []])
        #expect(
            destinations.map(\.order) == [
                OrderConfiguration(key: .json("/databaseId"), deadBlocks: false),
                OrderConfiguration(key: .json("/a/0"), deadBlocks: true),
                OrderConfiguration(key: .json("/x~1y"), deadBlocks: false), nil,
                OrderConfiguration(key: .tenant, deadBlocks: true),
            ])
        #expect(
            destinations.map { $0.order?.key.description ?? "-" } == [
                "json:/databaseId", "json:/a/0", "json:/x~1y", "-", "tenant",
            ])
    }

    private static let rateExpected = "a rate of 1 to 1000000 a second, minute or hour, such as 50/s, 600/m or 3600/h"
    private static let orderExpected = "`tenant`, or a JSON Pointer (RFC 6901) behind `json:`, such as json:/databaseId"

    @Test(arguments: [
        ("{log: true, rate: 0/s}", "f:3:23: `rate`: expected \(rateExpected), found \"0/s\""),
        ("{log: true, rate: 1000001/s}", "f:3:23: `rate`: expected \(rateExpected), found \"1000001/s\""),
        ("{log: true, rate: 50}", "f:3:23: `rate`: expected \(rateExpected), found \"50\""),
        ("{log: true, rate: [50/s]}", "f:3:23: `rate`: expected \(rateExpected), found a list"),
        ("{log: true, rate: \"${C}\"}", "f:3:23: `rate`: expected \(rateExpected), found \"${C}\""),
        ("{log: true, permanent: [400]}", "f:3:17: `permanent` needs `url` or `command`"),
        (
            "{url: https://a, permanent: [299]}",
            "f:3:34: `permanent`: expected a status from 300 to 599, found \"299\""
        ),
        (
            "{url: https://a, permanent: [400, 600]}",
            "f:3:39: `permanent`: expected a status from 300 to 599, found \"600\""
        ),
        (
            "{url: https://a, permanent: [4xx]}",
            "f:3:34: `permanent`: expected a status from 300 to 599, found \"4xx\""
        ),
        (
            "{url: https://a, permanent: [[400]]}",
            "f:3:34: `permanent`: expected a status from 300 to 599, found a list"
        ),
        (
            "{url: https://a, permanent: 400}",
            "f:3:33: `permanent`: expected a list of statuses from 300 to 599, found a number"
        ),
        ("{url: https://a, permanent: [400, 422, 400]}", "f:3:44: `permanent`: the status stands here twice"),
        ("{log: true, order_by: /x}", "f:3:27: `order_by`: expected \(orderExpected), found \"/x\""),
        ("{log: true, order_by: \"json:\"}", "f:3:27: `order_by`: expected \(orderExpected), found \"json:\""),
        ("{log: true, order_by: json:x}", "f:3:27: `order_by`: expected \(orderExpected), found \"json:x\""),
        ("{log: true, order_by: json:/~2}", "f:3:27: `order_by`: expected \(orderExpected), found \"json:/~2\""),
        ("{log: true, order_by: header:X}", "f:3:27: `order_by`: expected \(orderExpected), found \"header:X\""),
        ("{log: true, order_by: [x]}", "f:3:27: `order_by`: expected \(orderExpected), found a list"),
        ("{log: true, order_on_dead: skip}", "f:3:17: `order_on_dead` needs `order_by`"),
        (
            "{log: true, order_by: json:/x, order_on_dead: stop}",
            "f:3:51: `order_on_dead`: expected `skip` or `block`, found \"stop\""
        ),
    ])
    func `each problem has its place`(_ value: String, _ expected: String) {
        #expect(destinationProblems(value, environment: ["C": "canary"]) == expected)
    }

    @Test func `statuses are counted`() {
        let value = { (count: Int) in
            "{url: https://a, permanent: [\((400..<400 + count).map(String.init).joined(separator: ", "))]}"
        }
        #expect(destinationProblems(value(100)).isEmpty)
        #expect(destinationProblems(value(101)) == "f:3:33: `permanent`: expected at most 100, found 101")
    }

    @Test func `a pointer has a length and a depth`() {
        let long = { (count: Int) in "{log: true, order_by: \"json:/\(String(repeating: "x", count: count - 1))\"}" }
        #expect(destinationProblems(long(1024)).isEmpty)
        #expect(destinationProblems(long(1025)).hasPrefix("f:3:27: `order_by`: expected \(Self.orderExpected), found"))
        let deep = { (count: Int) in "{log: true, order_by: \"json:\(String(repeating: "/x", count: count))\"}" }
        #expect(destinationProblems(deep(128)).isEmpty)
        #expect(destinationProblems(deep(129)).hasPrefix("f:3:27: `order_by`: expected \(Self.orderExpected), found"))
        #expect(problems("sources: {a: {id: \"json:\(String(repeating: "/x", count: 129))\"}}").count == 1)
    }

    @Test(arguments: [
        ("", [false, true, false]), ("security: {allow_private: true}\n", [true, true, false]),
        ("security: {allow_private: false}\n", [false, true, false]),
    ])
    func `private addresses are opened for all or for one`(_ security: String, _ expected: [Bool]) {
        let yaml = """
            destinations:
              a: {url: https://a}
              b: {url: https://b, allow_private: true}
              c: {url: https://c, allow_private: false}
              d: {log: true}
              e: {command: [x]}

            """
        for text in [security + yaml, yaml + security] {
            let allowed = inbox(text).destinations.compactMap { destination -> Bool? in
                if case .http(let http) = destination.kind { http.allowPrivate } else { nil }
            }
            #expect(allowed == expected)
        }
    }

    @Test(arguments: [
        (
            "security: {}\n",
            "f:1:1: `security` is empty: expected a mapping such as {allow_private: true}; leave it out for the default"
        ),
        (
            "security:\n",
            "f:1:1: `security` is empty: expected a mapping such as {allow_private: true}; leave it out for the default"
        ),
        ("security: true\n", "f:1:11: `security`: expected a mapping such as {allow_private: true}, found true"),
        ("security: {allow_private: 1}\n", "f:1:27: `allow_private`: expected true or false, found \"1\""),
        ("security: {allow_privat: true}\n", "f:1:12: unknown key `allow_privat`; did you mean `allow_private`?"),
    ])
    func `each problem of security has its place`(_ yaml: String, _ line: String) {
        #expect(problems(yaml) == [line])
    }
}
