import Testing

@testable import LumbungServer

@Suite struct SourceReaderTests {
    @Test func `a name alone has the defaults`() {
        let sources = inbox("sources:\n  accurate:\n  other: {}\n  third: {preset: accurate, split: \"\"}\n").sources
        #expect(sources.map(\.name) == ["accurate", "other", "third"])
        for source in sources {
            #expect(source.identity == [.json(pointer: "/uuid")])
            #expect(source.type == .json(pointer: "/type"))
            #expect(source.maxBodyBytes == nil)
            #expect(source.resendRevives)
        }
    }

    @Test(arguments: [
        ("json:/a/b~0~1", [IdentityRule.json(pointer: "/a/b~0~1")]),
        ("header:X-Request-Id", [.header(name: "X-Request-Id")]),
        ("sha256", [.sha256]), ("[json:/a, header:B, sha256]", [.json(pointer: "/a"), .header(name: "B"), .sha256]),
        ("'json:/'", [.json(pointer: "/")]),
    ])
    func `identities`(_ text: String, _ expected: [IdentityRule]) {
        #expect(inbox("sources: {a: {id: \(text)}}").sources[0].identity == expected)
    }

    @Test(arguments: [
        ("json:/kind", TypeRule.json(pointer: "/kind")),
        ("header:X-Topic", .header(name: "X-Topic")),
        ("SALE", .text("SALE")),
        ("42", .text("42")),
    ])
    func `types`(_ text: String, _ expected: TypeRule) {
        #expect(inbox("sources: {a: {type: \(text)}}").sources[0].type == expected)
    }

    @Test func `the rest`() {
        let source = inbox("sources: {a: {max_body_bytes: 5242880, resend_revives: false}}").sources[0]
        #expect(source.maxBodyBytes == 5_242_880)
        #expect(!source.resendRevives)
    }

    @Test(arguments: [
        ("id: json:uuid", "f:3:9: `id`: expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid"),
        ("id: 'json:'", "f:3:9: `id`: expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid"),
        ("id: json:/a~2", "f:3:9: `id`: expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid"),
        ("id: json:/a~", "f:3:9: `id`: expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid"),
        ("id: 'header:'", "f:3:9: `id`: expected a header's name behind `header:`, such as header:X-Request-Id"),
        ("id: header:a b", "f:3:9: `id`: expected a header's name behind `header:`, such as header:X-Request-Id"),
        ("id: md5", "f:3:9: `id`: expected json:/pointer, header:Name, sha256, or a list of them, found \"md5\""),
        ("id: {a: b}", "f:3:9: `id`: expected json:/pointer, header:Name, sha256, or a list of them, found a mapping"),
        ("id: []", "f:3:9: `id` is an empty list: expected json:/pointer, header:Name, sha256, or a list of them"),
        ("id: [json:/a, [b]]", "f:3:19: `id`: expected json:/pointer, header:Name or sha256, found a list"),
        ("id: [sha256, json:/a]", "f:3:18: `id`: nothing behind `sha256` is ever tried, for that always succeeds"),
        (
            "id: \"{json:/a}-{json:/b}\"",
            "f:3:9: `id`: a template is not supported in this version; "
                + "expected json:/pointer, header:Name, sha256, or a list of them"
        ),
        ("type: json:type", "f:3:11: `type`: expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid"),
        (
            "type: \"a\\nb\"",
            "f:3:11: `type`: expected json:/pointer, header:Name or 1 to 256 bytes of text without control characters"
        ),
        (
            "type: \"\"",
            "f:3:11: `type`: expected json:/pointer, header:Name or 1 to 256 bytes of text without control characters"
        ),
        ("type: [a]", "f:3:11: `type`: expected text, found a list"),
        ("max_body_bytes: 0", "f:3:21: `max_body_bytes`: expected a whole number from 1 to 536870912, found \"0\""),
        ("max_body_bytes: 1M", "f:3:21: `max_body_bytes`: expected a whole number from 1 to 536870912, found \"1M\""),
        ("max_body_bytes: [1]", "f:3:21: `max_body_bytes`: expected a whole number from 1 to 536870912, found a list"),
        ("resend_revives: yes", "f:3:21: `resend_revives`: expected true or false, found \"yes\""),
        ("resend_revives:", "f:3:20: `resend_revives`: expected true or false, found nothing"),
        ("preset: nobody", "f:3:13: `preset`: there is no such preset; `lumbung sources list` shows them all"),
        ("split: /items", "f:3:12: `split` other than \"\" (the top level) is not supported in this version"),
        ("idd: sha256", "f:3:5: unknown key `idd`; did you mean `id`?"),
        ("max_body_byte: 1", "f:3:5: unknown key `max_body_byte`; did you mean `max_body_bytes`?"),
        ("scret: x", "f:3:5: unknown key `scret`; did you mean `secret`?"),
    ])
    func `each problem has its place`(_ line: String, _ expected: String) {
        #expect(problems("sources:\n  a:\n    \(line)\n") == [expected])
    }

    @Test(arguments: ["allow", "token", "token_file", "rate", "answer"])
    func `what this version cannot do is refused`(_ key: String) {
        for value in ["x", "[x]", "{x: y}"] {
            #expect(
                problems("sources:\n  a: {type: t, \(key): \(value)}\n") == [
                    "f:2:16: `\(key)` is not supported in this version"
                ])
        }
    }

    @Test(arguments: ["A", "-a", "_a", "a b", "a/b", "é", "\"\"", "a.b"])
    func `names that are refused`(_ name: String) {
        let lines = problems("sources:\n  \(name): {}\n")
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix("f:2:3: the source's name "))
    }

    @Test func `names have a length`() {
        let longest = String(repeating: "a", count: 64)
        #expect(inbox("sources: {\(longest): {}, 0-a_b: {}}").sources.map(\.name) == [longest, "0-a_b"])
        #expect(problems("sources: {\(longest)a: {}}").count == 1)
    }

    @Test(arguments: ["", " {}", " ~", " []"])
    func `an empty section is refused`(_ value: String) {
        #expect(
            problems("sources:\(value)\n") == [
                "f:1:1: `sources` is empty: expected a mapping from names to sources; leave it out for the default"
            ])
    }

    @Test func `a section of another type is refused`() {
        #expect(
            problems("sources: [a]\n") == ["f:1:10: `sources`: expected a mapping from names to sources, found a list"])
        #expect(problems("sources: {a: x}\n") == ["f:1:14: `a`: expected a mapping, found text"])
    }
}
