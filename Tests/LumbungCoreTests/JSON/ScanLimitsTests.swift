import LumbungCore
import Testing

/// The bounds on both sides, big bodies, and bodies cut anywhere.
struct ScanLimitsTests {
    private static let plans = [[], ["/a"], ["/a/0/a/0/a"], [String(repeating: "/a/0", count: 64)]]

    @Test(arguments: [127, 128, 129, 1000], plans)
    func `nesting is bounded on and off a wanted path`(depth: Int, pointers: [String]) throws {
        let plan = try JSONFixtures.plan(pointers)
        let text = JSONFixtures.nested(depth)
        // 64 pairs of `{"a":` and `[` come before the first bracket too many.
        let fault = depth <= ScanPlan.maxDepth ? nil : ScanError(.tooDeep, at: 64 * 6)
        #expect(JSONFixtures.fault(JSONFixtures.bytes(text), plan: plan) == fault)
        let inArray = JSONFixtures.fault(JSONFixtures.bytes("[\(text)]"), plan: plan)
        #expect(inArray == (depth < ScanPlan.maxDepth ? nil : ScanError(.tooDeep, at: 64 * 6)))
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func `a megabyte of brackets is refused at once`(unit: String) {
        let body = JSONFixtures.bytes("{\"x\":" + String(repeating: unit, count: 200_000))
        #expect(JSONFixtures.fault(body)?.reason == .tooDeep)
    }

    @Test func `a value at the deepest place is found`() throws {
        let plan = try JSONFixtures.plan([String(repeating: "/a/0", count: 64)])
        let body = try JSONScanner.scan(JSONFixtures.bytes(JSONFixtures.nested(128)), plan: plan)
        #expect(body.elements.first?.values.map(\.content) == [JSONFixtures.number("1")])
    }

    @Test func `the number of events is bounded`() throws {
        for (count, isValid) in [(2, true), (3, true), (4, false)] {
            let body = JSONFixtures.bytes("[" + Array(repeating: "{}", count: count).joined(separator: ",") + "]")
            let fault = JSONFixtures.fault(body, plan: ScanPlan(pointers: [], maxElements: 3))
            #expect(fault == (isValid ? nil : ScanError(.tooManyElements(limit: 3), at: 10)))
        }
        let most = ScanPlan.defaultMaxElements
        let full = "[" + Array(repeating: "{}", count: most).joined(separator: ",")
        #expect(try JSONFixtures.scan(full + "]").elements.count == most)
        #expect(JSONFixtures.fault(JSONFixtures.bytes(full + ",{}]"))?.reason == .tooManyElements(limit: most))
    }

    @Test(arguments: [
        String(repeating: "7", count: 1_000_000), "0." + String(repeating: "7", count: 1_000_000),
        "1e" + String(repeating: "0", count: 1_000_000),
        "\"" + String(repeating: "s", count: 1_000_000) + "\"", "\"" + String(repeating: "é", count: 500_000) + "\"",
        "\"" + String(repeating: "\\u0041", count: 170_000) + "\"",
        "[" + String(repeating: "1,", count: 500_000) + "1]",
        String(repeating: " ", count: 1_000_000) + "1", "[" + String(repeating: "{},", count: 300_000) + "[]]",
    ])
    func `a megabyte passes, wanted or not`(value: String) throws {
        let body = JSONFixtures.bytes("{\"a\":\(value),\"b\":1}")
        for pointer in ["/a", "/b"] {
            let scanned = try JSONScanner.scan(body, plan: try JSONFixtures.plan([pointer]))
            #expect(scanned.elements.first?.values.first?.content != .absent)
        }
    }

    @Test(arguments: ["k", "a", "\\u0061", "\\u006b"])
    func `a megabyte of one key passes`(key: String) throws {
        let members = String(repeating: "\"\(key)\":0,", count: 1_000_000 / (key.utf8.count + 5))
        let value = try JSONFixtures.scan("{\(members)\"z\":1}", "/a").elements.first?.values.first
        let isWanted = key != "k" && key != "\\u006b"
        #expect(value == ScannedValue(content: isWanted ? JSONFixtures.number("0") : .absent, isAmbiguous: isWanted))
    }

    @Test func `every beginning of a valid document is refused without a trap`() throws {
        let documents = [
            "{\"type\":\"SALES_RECEIPT\",\"uuid\":\"3f2b8c1e\",\"databaseId\":1293289,\"data\":[{\"no\":\"BKB-001\",\"memo\":\"mm\"}]}",
            "[{\"a\":-1.5e+10,\"b\":[true,false,null,[],{}]},{\"é\\u00e9\\uD83D\\uDE00\":\"😀€é\\\"\\\\\"},{ } ]",
            JSONFixtures.nested(128),
            " { \"events\" : [ { \"a\" : { \"b\" : 0.5 } } ] , \"x\" : \"\u{7F}\" }",
        ]
        let plans = [
            try JSONFixtures.plan([]), try JSONFixtures.plan(["/uuid", "/a", "/data/0/memo", "/é"]),
            try JSONFixtures.plan(["/a/b"], split: "/events"),
        ]
        for body in documents.map(JSONFixtures.bytes) {
            for plan in plans {
                for end in body.indices {
                    let fault = JSONFixtures.fault(Array(body[..<end]), plan: plan)
                    #expect(fault != nil && (0...end).contains(fault?.byteOffset ?? -1), "cut at \(end)")
                }
            }
            #expect(JSONFixtures.fault(body) == nil)
        }
    }

    @Test func `a special byte is seen at every distance`() {
        for distance in 0...40 {
            let run = String(repeating: "r", count: distance)
            for next in ["\"", "\\\"", "\\n", "é", "😀", "\u{7F}"] {
                let closing = next == "\"" ? "" : "\""
                #expect(JSONFixtures.isValid("{\"a\":\"\(run)\(next)\(closing)}"))
            }
            for wrong in ["\u{1}", "\n", "\\x"] {
                #expect(
                    JSONFixtures.fault(JSONFixtures.bytes("{\"a\":\"\(run)\(wrong)\"}"))?.byteOffset == 6 + distance)
            }
        }
    }
}
