import LumbungCore
import Testing

/// Values that must pass, values that must not, and values on which RFC 8259 leaves the choice.
///
/// Each one is put into every place where a value can stand.
struct JSONCorpusTests {
    private static let frames = [
        "{\"a\":%}", "{ \"x\" : [ % ] }", "[{\"x\":{\"a\":%}},{}]", "{\"a\":[1,%,2],\"b\":{}}",
    ]

    private func verdicts(of value: String) -> [Bool] {
        let plans = [[], ["/a"], ["/a/1", "/x/0", "/x/a"]].compactMap { try? JSONFixtures.plan($0) }
        return Self.frames.flatMap { frame in
            let parts = frame.split(separator: "%", omittingEmptySubsequences: false)
            let body = JSONFixtures.bytes(parts.joined(separator: value))
            return plans.map { JSONFixtures.fault(body, plan: $0) == nil }
        }
    }

    @Test(arguments: [
        "0", "-0", "1", "-1", "10", "123456789012345678901234567890", "0.0", "-0.0", "1.5", "0.1e1", "1E1", "1e+1",
        "1e-1", "1E-0",
        "0e0", "0E+00", "1e00001", "true", "false", "null", "\"\"", "\" \"", "\"a\"", "\"é€😀\"", "\"\u{7F}\"",
        "\"\u{2028}\u{2029}\"",
        "\"\u{FFFF}\u{10FFFF}\"", "\"\u{FEFF}\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0000\"", "\"\\u00e9\\u00E9\"",
        "\"\\uD83D\\uDE00\"", "\"\\uFFFF\"", "\"/\"", "\"'\"", "\"\\\\u0000\"", "[]", "[ ]", "{}", "{ }", "[[]]",
        "[{}]",
        "[1,\"a\",null,true,false,{},[]]", "{\"\":0}", "{\"\\u0000\":0}", "{\"a\":{\"a\":{\"a\":0}}}", "[\n1\r\n,\t2 ]",
        "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "\"\u{85}\"", "\"1234567\"", "\"12345678\"", "\"123456789\"",
    ])
    func `y: accepted`(value: String) {
        #expect(!verdicts(of: value).contains(false))
    }

    @Test(arguments: [
        ",", ":", "]", "}", "+1", "01", "-01", "00", "1.", ".1", "-.1", "1e", "1e+", "1.e1", "1e1.5", "0x10",
        "1_000", "1 000", "--1",
        "-", "+", "- 1", "1-", "NaN", "Infinity", "-Infinity", "-NaN", "1f", "１", "True", "TRUE", "nul", "nulll", "tru",
        "fals",
        "true false", "undefined", "\"", "\"a", "a\"", "'a'", "\"\u{0}\"", "\"\n\"", "\"\t\"", "\"\u{1F}\"", "\"\\\"",
        "\"\\a\"",
        "\"\\0\"", "\"\\x00\"", "\"\\u\"", "\"\\u1\"", "\"\\u123\"", "\"\\u12G4\"", "\"\\u 123\"", "\"\\ud83d\\u\"",
        "\"\\ \"", "\"\\é\"",
        "\"\\\n\"", "\"\\U0041\"", "\\u0022a\"", "[", "[1", "[1,", "[,1]", "[1,]", "[1,,2]", "[,]", "[1 2]", "[1:2]",
        "[}", "[1}", "{",
        "{]", "{,}", "{1:2}", "{a:1}", "{'a':1}", "{\"a\"}", "{\"a\":}", "{\"a\",1}", "{\"a\":1,}",
        "{\"a\":1,,\"b\":1}", "{\"a\":1 \"b\":1}",
        "{\"a\"::1}", "{\"a\":1]", "{null:1}", "{\"a\" \"b\"}", "/**/1", "1//", "1/**/", "#", "\u{FEFF}1", "\u{A0}1",
        "\u{2028}1",
        "\u{B}1", "\u{C}1", "\u{0}", "1\u{0}", "\u{85}1", "é", "*", "<1>", "\"a\"\"b\"", "1\"a\"",
    ])
    func `n: refused`(value: String) {
        #expect(!verdicts(of: value).contains(true))
    }

    /// RFC 8259 lets an implementation set limits on numbers and says nothing on half pairs: we take all of them.
    @Test(arguments: [
        "1e400", "-1e9999", "1e-400", "0.1e-99999999999", "123123e100000", "100000000000000000000000000000000000000",
        "\"\\uD800\"", "\"\\uDC00\"", "\"\\uDC00\\uD800\"", "\"\\uD800\\n\"", "\"\\uD800\\uD800\"", "\"\\uD800a\"",
        "{\"\\uD800\":1}",
    ])
    func `i: accepted by choice`(value: String) {
        #expect(!verdicts(of: value).contains(false))
    }

    @Test(arguments: [
        ("{}", true), ("[]", true), ("[{}]", true), (" {} ", true), ("\n\r\t [ ] ", true), ("[{},{}]", true),
        ("", false), (" ", false),
        ("1", false), ("\"\"", false), ("null", false), ("[[]]", false), ("[{},1]", false), ("[1,{}]", false),
        ("{}{}", false),
        ("{},", false), ("[],[]", false), ("\u{B}{}", false), ("{}\u{0}", false), ("{}#", false), ("{}/**/", false),
        ("]", false),
        ("[{}", false), ("{}}", false), ("[{}]]", false), ("\u{2060}{}", false),
    ])
    func `whole documents`(text: String, isValid: Bool) {
        #expect(JSONFixtures.isValid(text) == isValid)
    }

    @Test func `every byte alone, and every byte in every place of a document, is judged without a trap`() {
        let document = JSONFixtures.bytes("[{\"a\":[-1.5e3,true,\"é\\u00e9\"]},{}]")
        for byte in UInt8.min...UInt8.max {
            #expect(JSONFixtures.fault([byte]) != nil)
            for position in document.indices {
                var changed = document
                changed[position] = byte
                if let fault = JSONFixtures.fault(changed) {
                    #expect((0...changed.count).contains(fault.byteOffset))
                }
            }
        }
    }
}
