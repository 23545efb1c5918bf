import LumbungCore
import Testing

/// Every reason for a refusal, with the exact byte it names.
struct ScanErrorTests {
    typealias Reason = ScanError.Reason

    private func check(
        _ body: [UInt8], _ reason: Reason, _ byteOffset: Int, location: SourceLocation = #_sourceLocation
    ) {
        let expected = ScanError(reason, at: byteOffset)
        // The same fault on a wanted path and off it must read the same.
        for pointers in [[], ["/a"], ["/a/0", "/a/b", "/0"]] {
            guard let plan = try? JSONFixtures.plan(pointers) else {
                Issue.record("a fixture's pointer is malformed", sourceLocation: location)
                return
            }
            let fault = JSONFixtures.fault(body, plan: plan)
            #expect(
                fault == expected, "\(String(decoding: body, as: UTF8.self)) with \(pointers)", sourceLocation: location
            )
        }
    }

    @Test(arguments: [
        ("", Reason.emptyBody, 0), (" \n\t\r", .emptyBody, 4),
        ("\u{FEFF}{}", .byteOrderMark, 0), ("\u{FEFF}", .byteOrderMark, 0),
        ("{\"a\":1}x", .trailingData, 7), ("{} {}", .trailingData, 3), ("[] ]", .trailingData, 3),
        ("[{}],", .trailingData, 4), ("{}\u{0}", .trailingData, 2), ("{}//", .trailingData, 2),
        ("1", .notAnObjectOrArrayOfObjects, 0), (" \"a\"", .notAnObjectOrArrayOfObjects, 1),
        ("null", .notAnObjectOrArrayOfObjects, 0), ("[1]", .notAnObjectOrArrayOfObjects, 1),
        ("[{},[]]", .notAnObjectOrArrayOfObjects, 4), ("[{}, null]", .notAnObjectOrArrayOfObjects, 5),
        ("[[{}]]", .notAnObjectOrArrayOfObjects, 1),
    ])
    func `documents of the wrong form`(text: String, reason: Reason, byteOffset: Int) {
        check(JSONFixtures.bytes(text), reason, byteOffset)
    }

    @Test(arguments: [
        ("a=1", Reason.unexpectedByte(expected: .document), 0), ("<a/>", .unexpectedByte(expected: .document), 0),
        ("}", .unexpectedByte(expected: .document), 0),
        ("[,{}]", .unexpectedByte(expected: .objectOrArrayEnd), 1),
        ("[}", .unexpectedByte(expected: .objectOrArrayEnd), 1),
        ("[{},]", .unexpectedByte(expected: .object), 4), ("[{},,{}]", .unexpectedByte(expected: .object), 4),
        ("[{} {}]", .unexpectedByte(expected: .commaOrArrayEnd), 4),
        ("[{}}", .unexpectedByte(expected: .commaOrArrayEnd), 3),
        ("{,}", .unexpectedByte(expected: .keyOrObjectEnd), 1),
        ("{a:1}", .unexpectedByte(expected: .keyOrObjectEnd), 1),
        ("{'a':1}", .unexpectedByte(expected: .keyOrObjectEnd), 1),
        ("{]", .unexpectedByte(expected: .keyOrObjectEnd), 1),
        ("{\"a\" 1}", .unexpectedByte(expected: .colon), 5), ("{\"a\",1}", .unexpectedByte(expected: .colon), 4),
        ("{\"a\":}", .unexpectedByte(expected: .value), 5), ("{\"a\":,}", .unexpectedByte(expected: .value), 5),
        ("{\"a\":+1}", .unexpectedByte(expected: .value), 5), ("{\"a\":.5}", .unexpectedByte(expected: .value), 5),
        ("{\"a\":NaN}", .unexpectedByte(expected: .value), 5), ("{\"a\":'b'}", .unexpectedByte(expected: .value), 5),
        ("{\"a\":\u{00A0}1}", .unexpectedByte(expected: .value), 5),
        ("{\"a\":/**/1}", .unexpectedByte(expected: .value), 5),
        ("{\"a\":1,}", .unexpectedByte(expected: .key), 7), ("{\"a\":1,,\"b\":2}", .unexpectedByte(expected: .key), 7),
        ("{\"a\":1 \"b\":2}", .unexpectedByte(expected: .commaOrObjectEnd), 7),
        ("{\"a\":1]", .unexpectedByte(expected: .commaOrObjectEnd), 6),
        ("{\"a\":1:2}", .unexpectedByte(expected: .commaOrObjectEnd), 6),
        ("{\"a\":0x1}", .unexpectedByte(expected: .commaOrObjectEnd), 6),
        ("{\"a\":truex}", .unexpectedByte(expected: .commaOrObjectEnd), 9),
        ("{\"a\":[1 2]}", .unexpectedByte(expected: .commaOrArrayEnd), 8),
        ("{\"a\":[1}", .unexpectedByte(expected: .commaOrArrayEnd), 7),
        ("{\"a\":[,1]}", .unexpectedByte(expected: .valueOrArrayEnd), 6),
        ("{\"a\":[1,]}", .unexpectedByte(expected: .value), 8),
        ("{\"a\":{\"b\":1,}}", .unexpectedByte(expected: .key), 12),
        ("{\"a\":{\"b\" 1}}", .unexpectedByte(expected: .colon), 10),
        ("{\"a\":{1}}", .unexpectedByte(expected: .keyOrObjectEnd), 6),
        ("{\"a\":[[}]}", .unexpectedByte(expected: .valueOrArrayEnd), 7),
    ])
    func `bytes that do not fit`(text: String, reason: Reason, byteOffset: Int) {
        check(JSONFixtures.bytes(text), reason, byteOffset)
    }

    @Test(arguments: [
        ("[", ScanError.Expectation.objectOrArrayEnd), ("[{}", .commaOrArrayEnd), ("[{},", .object),
        ("{", .keyOrObjectEnd), ("{\"a", .closingQuote), ("{\"a\"", .colon), ("{\"a\":", .value),
        ("{\"a\":1", .commaOrObjectEnd),
        ("{\"a\":1, ", .key), ("{\"a\":[", .valueOrArrayEnd), ("{\"a\":[1", .commaOrArrayEnd), ("{\"a\":[1,", .value),
        ("{\"a\":{", .keyOrObjectEnd), ("{\"a\":{\"b\":1,", .key), ("{\"a\":{\"b\":{}", .commaOrObjectEnd),
        ("{\"a\":\"", .closingQuote), ("{\"a\":\"\\", .escape), ("{\"a\":\"\\u12", .escape), ("{\"a\":-", .digit),
        ("{\"a\":1.", .digit), ("{\"a\":1e", .digit), ("{\"a\":1e+", .digit), ("{\"a\":t", .literal),
        ("{\"a\":fals", .literal),
    ])
    func `bodies that end too early`(text: String, expected: ScanError.Expectation) {
        check(JSONFixtures.bytes(text), .unexpectedEnd(expected: expected), text.utf8.count)
    }

    @Test(arguments: [
        ("{\"a\":01}", Reason.badNumber, 5), ("{\"a\":-}", .badNumber, 5), ("{\"a\":-01}", .badNumber, 5),
        ("{\"a\":1.}", .badNumber, 5),
        ("{\"a\":[1.e1]}", .badNumber, 6), ("{\"a\":1e}", .badNumber, 5), ("{\"a\":1e+}", .badNumber, 5),
        ("{\"a\":-Infinity}", .badNumber, 5),
        ("{\"a\":00}", .badNumber, 5), ("{\"a\":--1}", .badNumber, 5), ("{\"a\":tru}", .badLiteral, 5),
        ("{\"a\":nul}", .badLiteral, 5),
        ("{\"a\":fAlse}", .badLiteral, 5), ("{\"a\":[nan]}", .badLiteral, 6),
        ("{\"a\":TRUE}", .unexpectedByte(expected: .value), 5),
        ("{\"a\":\"x\\q\"}", .badEscape, 7), ("{\"a\":\"\\u12G4\"}", .badEscape, 6), ("{\"\\'\":1}", .badEscape, 2),
        ("{\"a\":\"\\u12\"}", .badEscape, 6), ("{\"a\":\"\\U0041\"}", .badEscape, 6),
        ("{\"a\":\"\\x41\"}", .badEscape, 6),
        ("{\"a\":\"\n\"}", .controlCharacterInString, 6), ("{\"a\":\"0123456789\t\"}", .controlCharacterInString, 16),
        ("{\"\u{0}\":1}", .controlCharacterInString, 2), ("{\"a\":\"\u{1F}\"}", .controlCharacterInString, 6),
    ])
    func `malformed numbers, literals and strings`(text: String, reason: Reason, byteOffset: Int) {
        check(JSONFixtures.bytes(text), reason, byteOffset)
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x22], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x9F, 0x98],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE2, 0x28, 0xA1],
        ] as [[UInt8]])
    func `strings that are not UTF-8`(bad: [UInt8]) {
        for padding in [0, 1, 7, 8, 9] {
            let lead = JSONFixtures.bytes("{\"a\":\"é" + String(repeating: "x", count: padding))
            check(lead + bad + JSONFixtures.bytes("\"}"), .invalidUTF8, lead.count)
        }
        check(JSONFixtures.bytes("{\"") + bad + JSONFixtures.bytes("\":1}"), .invalidUTF8, 2)
        check(JSONFixtures.bytes("{\"a\":") + bad + JSONFixtures.bytes("}"), .unexpectedByte(expected: .value), 5)
    }

    @Test func `marks of UTF-16 are named too`() {
        check([0xFF, 0xFE, 0x7B, 0x00], .byteOrderMark, 0)
        check([0xFE, 0xFF, 0x00, 0x7B], .byteOrderMark, 0)
        check([0xEF, 0xBB, 0x7B], .unexpectedByte(expected: .document), 0)
    }

    @Test func `an error is one sentence with its place`() {
        let comma = ScanError(.unexpectedByte(expected: .commaOrObjectEnd), at: 17)
        #expect(comma.description == "expected ',' or '}' at byte 17")
        let end = ScanError(.unexpectedEnd(expected: .colon), at: 3)
        #expect(end.description == "expected ':' but the body ends at byte 3")
        #expect(ScanError(.tooDeep, at: 128).description == "nested deeper than 128 at byte 128")
        let form = ScanError(.notAnObjectOrArrayOfObjects, at: 1)
        #expect(form.description == "not an object or an array of objects at byte 1")
        #expect(ScanError(.tooManyElements(limit: 2), at: 7).description == "more than 2 events in one body at byte 7")
    }
}
