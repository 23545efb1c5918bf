import LumbungCore
import LumbungKit
import Testing

@testable import LumbungServer

extension ValueTemplate {
    fileprivate static func of(_ parts: Part...) -> ValueTemplate {
        guard let template = ValueTemplate(parts) else { preconditionFailure("no place has to be there") }
        return template
    }
}

extension JSONPointer {
    /// A pointer that a test writes out.
    fileprivate static func at(_ text: String) -> JSONPointer {
        do { return try JSONPointer(text) } catch { preconditionFailure("\(text): \(error)") }
    }
}

private let oneId = "json:/pointer, header:Name, form:name, sha256 or a template of them"
private let pointer = "a JSON Pointer (RFC 6901) such as /events"
private let words = "`json`, `form`, `form-payload`, `cloudevents`, `raw`"

@Suite struct SourceReaderTests {
    @Test func `a name alone has the defaults`() {
        let sources = inbox("sources:\n  accurate:\n  other: {}\n  third: {preset: accurate, split: \"\"}\n").sources
        #expect(sources.map(\.name) == ["accurate", "other", "third"])
        for source in sources {
            #expect(source.identity == [.json(.at("/uuid"))])
            #expect(source.type == .json(.at("/type")))
            #expect(source.tenant == .json(.at("/databaseId")))
            #expect(source.time == [.json(.at("/timestamp"))])
            #expect(source.split == .root)
            #expect(source.formats == [.json])
            #expect(source.maxBodyBytes == nil)
            #expect(source.resendRevives)
        }
    }

    @Test(arguments: [
        ("json:/a/b~0~1", [IdentityRule.json(.at("/a/b~0~1"))]),
        ("header:X-Request-Id", [.header("X-Request-Id")]),
        ("sha256", [.sha256]), ("[json:/a, header:B, sha256]", [.json(.at("/a")), .header("B"), .sha256]),
        ("'json:/'", [.json(.at("/"))]), ("form:MessageSid", [.form("MessageSid")]), ("'form:a b'", [.form("a b")]),
        (
            "'{json:/a}:{header:B?}'",
            [
                .template(
                    .of(.place(.json(.at("/a")), isOptional: false), .text(":"), .place(.header("B"), isOptional: true))
                )
            ]
        ),
        (
            "['x{form:a}', sha256]",
            [.template(.of(.text("x"), .place(.form("a"), isOptional: false))), .sha256]
        ),
    ])
    func `identities`(_ text: String, _ expected: [IdentityRule]) {
        #expect(inbox("sources: {a: {format: [json, form], id: \(text)}}").sources[0].identity == expected)
    }

    @Test(arguments: [
        ("json:/kind", TypeRule.json(.at("/kind"))),
        ("header:X-Topic", .header("X-Topic")),
        ("form:Status", .form("Status")),
        (
            "'{header:X}.{json:/a?}'",
            .template(
                .of(.place(.header("X"), isOptional: false), .text("."), .place(.json(.at("/a")), isOptional: true)))
        ),
        ("SALE", .text("SALE")),
        ("42", .text("42")),
    ])
    func `types`(_ text: String, _ expected: TypeRule) {
        #expect(inbox("sources: {a: {format: [json, form], type: \(text)}}").sources[0].type == expected)
    }

    @Test(arguments: [
        ("json:/shop", TypeRule.json(.at("/shop"))), ("header:X-Shop", .header("X-Shop")), ("form:Sid", .form("Sid")),
        ("own", .text("own")), ("7", .text("7")), ("''", nil),
        ("'{json:/a}'", .template(.of(.place(.json(.at("/a")), isOptional: false)))),
    ])
    func `tenants`(_ text: String, _ expected: TypeRule?) {
        #expect(inbox("sources: {a: {format: [json, form], tenant: \(text)}}").sources[0].tenant == expected)
    }

    @Test(arguments: [
        ("json:/at", [ValuePlace.json(.at("/at"))]), ("header:Date", [.header("Date")]), ("form:at", [.form("at")]),
        ("[json:/at, header:Date]", [.json(.at("/at")), .header("Date")]), ("[]", []),
    ])
    func `times`(_ text: String, _ expected: [ValuePlace]) {
        #expect(inbox("sources: {a: {format: [json, form], time: \(text)}}").sources[0].time == expected)
    }

    @Test func `a preset without a tenant has none, and the built-in source is that of its preset`() {
        #expect(inbox("sources: {github: {secret: s}}").sources[0].tenant == nil)
        #expect(inbox("sources: {shopify: {secret: s}}").sources[0].tenant == .header("X-Shopify-Shop-Domain"))
        #expect(inbox("sources: {accurate: {}}").sources[0] == .accurate)
    }

    @Test(arguments: [("''", JSONPointer.root), ("/events", .at("/events")), ("'/a/b~1c'", .at("/a/b~1c"))])
    func `splits`(_ text: String, _ expected: JSONPointer) {
        #expect(inbox("sources: {a: {split: \(text)}}").sources[0].split == expected)
    }

    @Test(arguments: [
        ("json", [BodyFormat.json]), ("form", [.form]), ("form-payload", [.formPayload]),
        ("cloudevents", [.cloudEvents]),
        ("raw", [.raw]), ("[json, form-payload, raw, cloudevents]", [.json, .formPayload, .raw, .cloudEvents]),
    ])
    func `formats`(_ text: String, _ expected: [BodyFormat]) {
        #expect(inbox("sources: {a: {format: \(text)}}").sources[0].formats == expected)
    }

    @Test(arguments: ["json:/a~0b", "header:X-A", "form:a b", "sha256", "{json:/a}:{form:b?}-{header:C}"])
    func `a rule is shown as it is written`(_ text: String) {
        #expect(inbox("sources: {a: {format: form, id: '\(text)'}}").sources[0].identity.map(\.description) == [text])
        if text != "sha256" {
            #expect(inbox("sources: {a: {format: form, type: '\(text)'}}").sources[0].type.description == text)
        }
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
        ("id: md5", "f:3:9: `id`: expected \(oneId), or a list, found \"md5\""),
        ("id: {a: b}", "f:3:9: `id`: expected \(oneId), or a list, found a mapping"),
        ("id: []", "f:3:9: `id` is an empty list: expected \(oneId)"),
        ("id: [json:/a, [b]]", "f:3:19: `id`: expected \(oneId), found a list"),
        ("id: [sha256, json:/a]", "f:3:18: `id`: nothing behind `sha256` is ever tried, for that always succeeds"),
        ("id: 'form:'", "f:3:9: `id`: expected a field's name of 1 to 256 bytes behind `form:`, such as form:id"),
        ("id: '{json:/a'", "f:3:9: `id`: a brace in a template stands alone; expected {json:/pointer} and the like"),
        ("id: 'a}'", "f:3:9: `id`: a brace in a template stands alone; expected {json:/pointer} and the like"),
        ("id: '{a}'", "f:3:9: `id`: expected json:/pointer, header:Name or form:name between the braces of a template"),
        (
            "id: '{sha256}'",
            "f:3:9: `id`: expected json:/pointer, header:Name or form:name between the braces of a template"
        ),
        ("id: '{json:a}'", "f:3:9: `id`: expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid"),
        ("id: '{json:/a?}'", "f:3:9: `id`: a template needs a place that has to be there, one without `?`"),
        ("id: \"{json:/a}\\n\"", "f:3:9: `id`: a template has no control characters"),
        ("type: 'x{json:/a?}'", "f:3:11: `type`: a template needs a place that has to be there, one without `?`"),
        ("type: json:type", "f:3:11: `type`: expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid"),
        (
            "type: \"a\\nb\"",
            "f:3:11: `type`: expected json:/pointer, header:Name, form:name, a template of them or 1 to 256 "
                + "bytes of text without control characters"
        ),
        (
            "type: \"\"",
            "f:3:11: `type`: expected json:/pointer, header:Name, form:name, a template of them or 1 to 256 "
                + "bytes of text without control characters"
        ),
        ("type: [a]", "f:3:11: `type`: expected text, found a list"),
        ("time: json:x", "f:3:11: `time`: expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid"),
        (
            "time: today",
            "f:3:11: `time`: expected json:/pointer, header:Name or form:name, or a list of them, found \"today\""
        ),
        (
            "time: '{json:/a}'",
            "f:3:11: `time`: expected json:/pointer, header:Name or form:name, or a list of them, found \"{json:/a}\""
        ),
        ("time: [[a]]", "f:3:12: `time`: expected json:/pointer, header:Name or form:name, found a list"),
        (
            "time: [json:/a, json:/b, json:/c, json:/d, json:/e]", "f:3:11: `time`: expected at most 4 places, found 5"
        ),
        ("time: form:a", "f:3:11: `time`: form:… needs `form` or `form-payload` in `format`"),
        ("tenant: [a]", "f:3:13: `tenant`: expected text, found a list"),
        ("tenant: json:x", "f:3:13: `tenant`: expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid"),
        ("tenant: form:a", "f:3:13: `tenant`: form:… needs `form` or `form-payload` in `format`"),
        (
            "tenant: \"a\\nb\"",
            "f:3:13: `tenant`: expected json:/pointer, header:Name, form:name, a template of them or 1 to 256 "
                + "bytes of text without control characters"
        ),
        ("max_body_bytes: 0", "f:3:21: `max_body_bytes`: expected a whole number from 1 to 536870912, found \"0\""),
        ("max_body_bytes: 1M", "f:3:21: `max_body_bytes`: expected a whole number from 1 to 536870912, found \"1M\""),
        ("max_body_bytes: [1]", "f:3:21: `max_body_bytes`: expected a whole number from 1 to 536870912, found a list"),
        ("resend_revives: yes", "f:3:21: `resend_revives`: expected true or false, found \"yes\""),
        ("resend_revives:", "f:3:20: `resend_revives`: expected true or false, found nothing"),
        ("preset: nobody", "f:3:13: `preset`: there is no such preset; `lumbung sources list` shows them all"),
        ("split: items", "f:3:12: `split`: expected \"\" for the top level, or \(pointer), found \"items\""),
        ("split: [/a]", "f:3:12: `split`: expected \"\" for the top level, or \(pointer), found a list"),
        ("id: form:a", "f:3:9: `id`: form:… needs `form` or `form-payload` in `format`"),
        ("id: ['{json:/a}{form:a?}']", "f:3:9: `id`: form:… needs `form` or `form-payload` in `format`"),
        ("type: '{form:a}'", "f:3:11: `type`: form:… needs `form` or `form-payload` in `format`"),
        ("{split: /a, format: [raw, form]}", "f:3:13: `split` needs `json` in `format`"),
        ("format: xml", "f:3:13: `format`: expected one of \(words), found \"xml\""),
        ("format: {}", "f:3:13: `format`: expected one of \(words), found a mapping"),
        ("format: []", "f:3:13: `format` is an empty list: expected \(words)"),
        ("format: [json, [raw]]", "f:3:20: `format`: expected one of \(words), found a list"),
        ("format: [json, json]", "f:3:20: `format`: `json` stands here twice"),
        (
            "format: [form, form-payload]",
            "f:3:20: `format`: `form` and `form-payload` have the same content type; choose one of them"
        ),
        ("idd: sha256", "f:3:5: unknown key `idd`; did you mean `id`?"),
        ("max_body_byte: 1", "f:3:5: unknown key `max_body_byte`; did you mean `max_body_bytes`?"),
        ("scret: x", "f:3:5: unknown key `scret`; did you mean `secret`?"),
    ])
    func `each problem has its place`(_ line: String, _ expected: String) {
        #expect(problems("sources:\n  a:\n    \(line)\n") == [expected])
    }

    @Test func `a token in every event goes with the events that it was written for`() {
        let words = "checks a token in each event of `/value`"
        #expect(
            problems("sources:\n  a:\n    preset: microsoft-graph\n    secret: s\n    split: /other\n").map {
                $0.contains("f:5:5: `split`") && $0.contains(words)
            } == [true])
        #expect(
            problems("sources:\n  a: {preset: microsoft-graph, secret: s, format: raw, split: \"\"}\n").contains {
                $0.contains("`split`") && $0.contains(words)
            })
        for format in ["raw", "[json, raw]", "cloudevents", "[json, form-payload]"] {
            let own = "{secret: s, verify: {scheme: token, items: /t}, format: \(format)}"
            #expect(
                problems("sources:\n  a: \(own)\n").map {
                    $0.contains("f:2:18") && $0.contains("`items` needs `format: json`")
                }
                    == [true], "\(format): \(problems("sources:\n  a: \(own)\n"))")
        }
        _ = inbox("sources:\n  a: {preset: microsoft-graph, secret: s, split: /value}\n")
        _ = inbox(
            "sources:\n  a: {preset: microsoft-graph, secret: s, split: /o, verify: {scheme: token, items: /t}}\n")
    }

    @Test(arguments: [
        ("{scheme: hmac, header: X, signed: \"{timestamp}\", timestamp: header:T}", "does not cover the event"),
        ("{scheme: hmac, header: X, signed: const}", "does not cover the event"),
        ("{scheme: hmac, header: X, timestamp: header:T}", "is checked and not signed"),
        ("{scheme: hmac, header: X, signed: \"{url}\"}", "does not cover the event"),
        ("{scheme: hmac, header: X, signed: \"{header:Y}\"}", "does not cover the event"),
        ("{scheme: hmac, header: X, signed: \"{form}\"}", "does not cover the event"),
        ("{scheme: hmac, signature: field:v}", "set `header`, and `field` to its name"),
        ("{scheme: hmac, header: X, timestamp: field:t, signed: \"{timestamp}{body}\"}", "needs `field`"),
        ("{scheme: token, value: field:t}", "a token stands in no list"),
        ("{scheme: hmac, header: X, secret_encoding: pem}", "is for public keys"),
        ("{scheme: hmac, signature: form:s}", "`verify` reads fields of a form"),
        ("{scheme: token, value: form:s}", "`verify` reads fields of a form"),
        ("{scheme: token, bearer: true, tolerance: 5m}", "unknown key `tolerance`"),
        ("[{scheme: ed25519, header: X, secret_encoding: hex}, {scheme: token, bearer: true}]", "no shared secret"),
        ("{scheme: hmac, header: X, secret: abc}", "beside `verify` and in it"),
        ("{scheme: hmac, header: X, field: v, separator: \"=\"}", "`=` within them"),
        ("{scheme: hash, header: X, signed: \"{body}\"}", "a hash needs {secret}"),
        ("{scheme: hmac, header: X, signed: \"{secret}{body}\"}", "belongs to the scheme `hash`"),
        ("{scheme: hmac, header: X, signed: \"{body\"}", "is not closed"),
        ("{scheme: hmac, header: X, signed: \"{boddy}\"}", "is not known"),
        ("{scheme: hmac}", "where the signature stands"), ("{scheme: hmacc, header: X}", "`scheme`: expected none"),
        ("{header: X}", "has no `scheme`"), ("{scheme: token}", "exactly one of"), ("[]", "1 to 4 rules"),
        ("[{scheme: none}, {scheme: token, bearer: true}]", "stands alone"),
        ("{scheme: hmac, header: X, signed: \"{url}{body}\"}", "set `public_url`"),
        ("{scheme: ed25519, header: X, secret_encoding: hex}", "not an Ed25519 public key"),
    ])
    func `a check that cannot be right is refused`(_ verify: String, _ expected: String) {
        let lines = problems("sources:\n  a: {secret: 0123456789abcdef, verify: \(verify)}\n")
        #expect(lines.count >= 1)
        #expect(lines.contains { $0.contains(expected) }, "\(lines)")
    }

    @Test func `an open source has no secret, wherever it stands`() {
        for verify in ["{scheme: none, secret: abc}", "{scheme: none, tolerance: 5m}"] {
            let lines = problems("sources:\n  a: {verify: \(verify)}\n")
            #expect(lines.count == 1 && lines[0].contains("unknown key"), "\(lines)")
        }
        let lines = problems("sources:\n  a: {secret: abc, verify: {scheme: none}}\n")
        #expect(lines.count == 1 && lines[0].contains("nothing is checked with it"), "\(lines)")
    }

    @Test func `each rule can have its own secret, and needs one then`() throws {
        let key = "0a" + String(repeating: "1b", count: 31)
        let public256 = "{scheme: ed25519, header: X, secret_encoding: hex, secret: \(key)}"
        let source = inbox("sources:\n  a: {verify: [\(public256), {scheme: token, bearer: true, secret: t}]}\n")
            .sources[0]
        #expect(source.verification.map { $0.secrets.map(\.revealed) } == [[key], ["t"]])
        let lines = problems("sources:\n  a: {verify: [\(public256), {scheme: token, bearer: true}]}\n")
        #expect(lines.count == 1 && lines[0].contains("needs a secret"), "\(lines)")
    }

    @Test func `a time in a signed body is signed`() {
        let verify = "{scheme: hmac, header: X, timestamp: json:/time}"
        #expect(problems("sources:\n  a: {secret: abcdef, verify: \(verify)}\n") == [])
    }

    @Test func `the handshake of X goes with whole bodies alone`() {
        let part = "{scheme: hmac, signature: json:/s, signed: \"{json:/t}\"}"
        let lines = problems("sources:\n  a: {secret: abcdef, handshake: x, verify: \(part)}\n")
        #expect(lines.count == 1 && lines[0].contains("the handshake `x`"), "\(lines)")
        #expect(problems("sources:\n  a: {secret: abcdef, handshake: x, verify: {scheme: hmac, header: X}}\n") == [])
    }

    @Test func `a template has its bounds`() {
        func lines(_ id: String) -> [String] { problems("sources:\n  a:\n    id: '\(id)'\n    format: form\n") }
        let longest = String(repeating: "x", count: 1024 - 9) + "{json:/a}"
        #expect(lines(longest) == [])
        #expect(lines("x" + longest) == ["f:3:9: `id`: a template has at most 1024 bytes"])
        let most = String(repeating: "{json:/a}", count: 16)
        #expect(lines(most) == [])
        #expect(lines(most + "x") == ["f:3:9: `id`: a template has at most 16 parts"])
        let field = String(repeating: "x", count: 256)
        #expect(lines("form:" + field) == [])
        #expect(lines("form:x" + field).count == 1)
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
