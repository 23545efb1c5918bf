import LumbungCore
import Testing

/// The values found, the slices, and the places that can be read two ways.
struct ScanValuesTests {
    typealias Content = ScannedValue.Content

    private func value(_ text: String, _ pointer: String) throws -> ScannedValue {
        let body = try JSONFixtures.scan(text, pointer)
        return try #require(body.elements.first?.values.first)
    }

    @Test(arguments: [
        ("{\"a\":null}", Content.null), ("{\"a\":true}", .bool(true)), ("{\"a\":false}", .bool(false)), ("{}", .absent),
        ("{\"b\":1}", .absent), ("{\"A\":1}", .absent), ("{\"aa\":1,\"\":2}", .absent), ("{\"b\":{\"a\":1}}", .absent),
        ("{\"a\":{}}", .object), ("{\"a\":[]}", .array), ("{\"a\":[{\"a\":1}]}", .array),
        ("{\"a\":\"\"}", JSONFixtures.string("")), ("{\"a\":\"x y\"}", JSONFixtures.string("x y")),
        ("{\"a\":1293289}", JSONFixtures.number("1293289")), ("{\"a\":-0.10E+05}", JSONFixtures.number("-0.10E+05")),
        ("{\"a\":123456789012345678901234567890}", JSONFixtures.number("123456789012345678901234567890")),
        (" { \"b\" : [ { } ] , \"a\" : \"z\" } ", JSONFixtures.string("z")),
        ("{\"\\u0061\":7}", JSONFixtures.number("7")), ("{\"\\u0061\\u0000\":7}", .absent),
    ])
    func `a value is told as it stands`(text: String, content: Content) throws {
        #expect(try value(text, "/a") == ScannedValue(content: content))
    }

    @Test(arguments: [
        ("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\u{8}\u{C}\n\r\t"), ("\\u0041\\u00e9\\u20AC", "Aé€"),
        ("\\uD83D\\uDE00", "😀"),
        ("\\ud83d\\ude00", "😀"), ("\\u0000", "\u{0}"), ("\\uDBFF\\uDFFF", "\u{10FFFF}"), ("é\\n€", "é\n€"),
        ("\\\\u0041", "\\u0041"),
        ("\\uFFFF\\uD7FF\\uE000", "\u{FFFF}\u{D7FF}\u{E000}"),
        ("\\u007f\\u0080\\u07FF\\u0800", "\u{7F}\u{80}\u{7FF}\u{800}"),
    ])
    func `escapes are resolved in values and in keys`(escaped: String, text: String) throws {
        #expect(try value("{\"a\":\"\(escaped)\"}", "/a").content == JSONFixtures.string(text))
        let token = text.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
            .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
        #expect(try value("{\"\(escaped)\":1}", "/\(token)").content == JSONFixtures.number("1"))
        #expect(try value("{\"\(escaped)x\":1}", "/\(token)").content == .absent)
        #expect(try value("{\"x\(escaped)\":1}", "/\(token)").content == .absent)
    }

    @Test(arguments: [
        ("\\uD800", "\u{FFFD}"), ("\\uDC00", "\u{FFFD}"), ("a\\uD800b", "a\u{FFFD}b"),
        ("\\uD800\\uD83D\\uDE00", "\u{FFFD}😀"),
        ("\\uDE00\\uD83D", "\u{FFFD}\u{FFFD}"), ("\\uD83D\\n", "\u{FFFD}\n"), ("\\uD83D\\\\uDE00", "\u{FFFD}\\uDE00"),
    ])
    func `half a surrogate pair is marked and matches no key`(escaped: String, text: String) throws {
        #expect(
            try value("{\"a\":\"\(escaped)\"}", "/a").content
                == .string(JSONFixtures.bytes(text), hasLoneSurrogate: true))
        #expect(try value("{\"\(escaped)\":1}", "/\(text)").content == .absent)
        #expect(try value("{\"a\":\"\u{FFFD}\"}", "/a").content == JSONFixtures.string("\u{FFFD}"))
    }

    @Test(arguments: [
        ("/data/0/action", JSONFixtures.string("WRITE")), ("/data/1/action", .absent),
        ("/data/1/x/2", JSONFixtures.number("3")),
        ("/data/1/x/3", .absent), ("/data/1/x/-", .absent), ("/data/1/x/00", .absent), ("/data/0", .object),
        ("/data", .array), ("", .object),
        ("/", .bool(true)), ("/0", JSONFixtures.number("9")), ("/data/x", .absent), ("/0/a", .absent),
        ("/data/0/action/0", .absent),
    ])
    func `pointers walk objects and arrays`(pointer: String, content: Content) throws {
        let text = "{\"data\":[{\"action\":\"WRITE\"},{\"x\":[1,2,3]}],\"\":true,\"0\":9}"
        #expect(try value(text, pointer) == ScannedValue(content: content))
    }

    @Test func `values are parallel to the pointers, also where pointers repeat or cover each other`() throws {
        let pointers = ["/m/id", "/none", "/m", "", "/m/id", "/m/0"]
        let body = try JSONScanner.scan(
            JSONFixtures.bytes("{\"m\":{\"id\":5,\"0\":6}}"), plan: try JSONFixtures.plan(pointers))
        let contents = body.elements.map { $0.values.map(\.content) }
        let five = JSONFixtures.number("5")
        #expect(contents == [[five, .absent, .object, .object, five, JSONFixtures.number("6")]])
        #expect(body.elements.allSatisfy { $0.values.allSatisfy { !$0.isAmbiguous } })
    }

    @Test(arguments: [
        ("{\"a\":1,\"a\":1}", "/a", JSONFixtures.number("1")), ("{\"a\":1,\"a\":2}", "/a", JSONFixtures.number("1")),
        ("{\"uuid\":\"x\",\"\\u0075uid\":\"y\"}", "/uuid", JSONFixtures.string("x")),
        ("{\"\\u0075uid\":\"x\",\"uu\\u0069\\u0064\":\"y\"}", "/uuid", JSONFixtures.string("x")),
        ("{\"meta\":{\"id\":1},\"meta\":{\"id\":2}}", "/meta/id", JSONFixtures.number("1")),
        ("{\"meta\":{},\"meta\":{\"id\":2}}", "/meta/id", .absent),
        ("{\"meta\":1,\"x\":0,\"meta\":null}", "/meta/id", .absent),
        ("{\"meta\":{\"id\":1,\"id\":2}}", "/meta/id", JSONFixtures.number("1")),
        ("{\"d\":[{\"a\":1,\"a\":2}]}", "/d/0/a", JSONFixtures.number("1")),
        ("{\"d\":[0],\"d\":[1]}", "/d/0", JSONFixtures.number("0")),
        ("{\"a\":null,\"a\":null,\"a\":null}", "/a", .null),
    ])
    func `a repeated key on the way makes the value ambiguous`(text: String, pointer: String, first: Content) throws {
        #expect(try value(text, pointer) == ScannedValue(content: first, isAmbiguous: true))
    }

    @Test(arguments: [
        ("{\"b\":1,\"b\":2,\"a\":3}", "/a"), ("{\"m\":{\"x\":1,\"x\":2,\"id\":3}}", "/m/id"),
        ("{\"a\":3,\"c\":{\"a\":1,\"a\":2}}", "/a"),
        ("{\"a\":3,\"A\":1,\"\\u0041\":1}", "/a"), ("{\"m\":{\"id\":3},\"n\":{\"id\":1},\"id\":2}", "/m/id"),
    ])
    func `repeated keys elsewhere are let through`(text: String, pointer: String) throws {
        #expect(try value(text, pointer) == ScannedValue(content: JSONFixtures.number("3")))
    }

    @Test func `an ambiguous object makes what lies below it ambiguous, and nothing beside it`() throws {
        let body = try JSONFixtures.scan(
            "{\"m\":{\"a\":{\"x\":1},\"a\":2},\"b\":3}", "/m", "/m/a", "/m/a/x", "/b", "/m/c")
        #expect(body.elements.first?.values.map(\.isAmbiguous) == [false, true, true, false, false])
    }

    @Test func `ambiguity is each event's own`() throws {
        let body = try JSONFixtures.scan("[{\"a\":1},{\"a\":2,\"a\":3},{\"a\":4},{}]", "/a")
        let expected: [ScannedValue] = [
            ScannedValue(content: JSONFixtures.number("1")),
            ScannedValue(content: JSONFixtures.number("2"), isAmbiguous: true),
            ScannedValue(content: JSONFixtures.number("4")), ScannedValue(content: .absent),
        ]
        #expect(body.elements.flatMap(\.values) == expected)
    }

    @Test func `a plan with hundreds of places works past the fast set`() throws {
        let pointers = (0..<300).map { "/k\($0)/v" }
        let members = (0..<300).map { "\"k\($0)\":{\"v\":\($0)}" }
        let text = "{" + (members + ["\"k299\":{}"]).joined(separator: ",") + "}"
        let body = JSONFixtures.bytes("[\(text),\(text)]")
        let scanned = try JSONScanner.scan(body, plan: try JSONFixtures.plan(pointers))
        for element in scanned.elements {
            #expect(element.values.map(\.content) == (0..<300).map { JSONFixtures.number("\($0)") })
            #expect(element.values.map(\.isAmbiguous) == (0..<300).map { $0 == 299 })
        }
    }
}
