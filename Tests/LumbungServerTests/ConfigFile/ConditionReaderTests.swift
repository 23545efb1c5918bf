import LumbungCore
import Testing

@testable import LumbungServer

@Suite struct ConditionReaderTests {
    private static let parts = "destinations: {app: {log: true}}\nroutes:\n"

    private func yaml(_ rest: String) -> String {
        Self.parts + "  - {from: accurate, to: app, \(rest)}\n"
    }

    private func conditions(_ when: String, environment: [String: String] = [:]) -> [Written<RouteCondition>] {
        inbox(yaml("when: \(when)"), environment: environment).routes.flatMap(\.conditions)
    }

    private static func text(_ text: String) -> ConditionValue { .text(Array(text.utf8)) }

    private static func number(_ text: String) throws -> DecimalNumber { try #require(DecimalNumber(text)) }

    @Test func `conditions are read with their kinds`() throws {
        let expected: [(String, ConditionTest, String)] = [
            ("WRITE", .equal(Self.text("WRITE")), "\"WRITE\""), ("\"1\"", .equal(Self.text("1")), "\"1\""),
            ("'true'", .equal(Self.text("true")), "\"true\""), ("1", .equal(.number(try Self.number("1"))), "1"),
            ("-1.50e3", .equal(.number(try Self.number("-1500"))), "-1.50e3"), ("true", .equal(.bool(true)), "true"),
            ("False", .equal(.bool(false)), "false"), ("null", .equal(.null), "null"), ("~", .equal(.null), "null"),
            ("yes", .equal(Self.text("yes")), "\"yes\""), ("''", .equal(Self.text("")), "\"\""),
            ("2026-11-22", .equal(Self.text("2026-11-22")), "\"2026-11-22\""),
            ("1.2.3", .equal(Self.text("1.2.3")), "\"1.2.3\""), ("!!str 7", .equal(Self.text("7")), "\"7\""),
            (
                "[A, 1, null, true]", .anyOf([Self.text("A"), .number(try Self.number("1")), .null, .bool(true)]),
                "[\"A\", 1, null, true]"
            ),
            ("{eq: null}", .equal(.null), "{eq: null}"),
            ("{in: [1]}", .anyOf([.number(try Self.number("1"))]), "{in: [1]}"),
            ("{gt: 0}", .greater(try Self.number("0")), "{gt: 0}"),
            ("{ge: '0.5'}", .greaterOrEqual(try Self.number("0.5")), "{ge: 0.5}"),
            ("{lt: 1e3}", .less(try Self.number("1000")), "{lt: 1e3}"),
            ("{le: -1}", .lessOrEqual(try Self.number("-1")), "{le: -1}"),
            ("{exists: true}", .exists(true), "{exists: true}"), ("{exists: false}", .exists(false), "{exists: false}"),
            ("{prefix: INV-}", .prefix(Array("INV-".utf8)), "{prefix: \"INV-\"}"),
            ("{prefix: 12}", .prefix(Array("12".utf8)), "{prefix: \"12\"}"),
            (
                "{ge: 1, lt: 5}", .all([.greaterOrEqual(try Self.number("1")), .less(try Self.number("5"))]),
                "{ge: 1, lt: 5}"
            ),
            ("{not: READ}", .not(.equal(Self.text("READ"))), "{not: \"READ\"}"),
            ("{not: null}", .not(.equal(.null)), "{not: null}"),
            ("{not: [1, A]}", .not(.anyOf([.number(try Self.number("1")), Self.text("A")])), "{not: [1, \"A\"]}"),
            ("{not: {gt: 1}}", .not(.greater(try Self.number("1"))), "{not: {gt: 1}}"),
            (
                "{not: {gt: 1, not: 5}}",
                .not(.all([.greater(try Self.number("1")), .not(.equal(.number(try Self.number("5"))))])),
                "{not: {gt: 1, not: 5}}"
            ),
        ]
        for (written, test, shown) in expected {
            let condition = try RouteCondition(try JSONPointer("/a"), test)
            #expect(conditions("{/a: \(written)}") == [Written(condition, text: shown)], "\(written)")
        }
    }

    @Test func `the contract's own conditions`() throws {
        let read = conditions("{/data/0/action: WRITE, /databaseId: [1293289, 1293290], /total: {gt: 0}}")
        #expect(read.map(\.value.pointer.description) == ["/data/0/action", "/databaseId", "/total"])
        #expect(read.map(\.text) == ["\"WRITE\"", "[1293289, 1293290]", "{gt: 0}"])
    }

    @Test func `a variable is text where a value is compared, and is shown by its name`() throws {
        let environment = ["N": "5", "T": "true", "B": "7"]
        let read = conditions("{/a: '${N}', /b: \"${T}\", /c: {gt: '${B}'}, /d: [$$x]}", environment: environment)
        #expect(
            read.map(\.value.test) == [
                .equal(Self.text("5")), .equal(Self.text("true")), .greater(try Self.number("7")),
                .anyOf([Self.text("$x")]),
            ])
        #expect(read.map(\.text) == ["\"${N}\"", "\"${T}\"", "{gt: \"${B}\"}", "[\"$$x\"]"])
        let plain = inbox(
            Self.parts + "  - from: accurate\n    to: app\n    when:\n      /a: ${N}\n", environment: environment)
        #expect(plain.routes.first?.conditions.map(\.value.test) == [.equal(Self.text("5"))])
    }

    private static let whenExpected = "a mapping from JSON Pointers to conditions, such as {/total: {gt: 0}}"
    private static let testExpected = "a value, a list of values, or a mapping of operators"
    private static let valueExpected = "text, a number, true, false or null"

    @Test(arguments: [
        ("WRITE", "37: `when`: expected \(whenExpected), found text"),
        ("[]", "37: `when`: expected \(whenExpected), found a list"),
        ("{}", "37: `when` is empty: expected \(whenExpected); leave it out to take every payload"),
        (
            "{total: 1}",
            "38: `when`: expected a JSON Pointer (RFC 6901), such as /data/0/action, found \"total\": "
                + "a JSON Pointer is empty or begins with '/'"
        ),
        (
            "{/a~2: 1}",
            "38: `when`: expected a JSON Pointer (RFC 6901), such as /data/0/action, found \"/a~2\": "
                + "'~' must be followed by 0 (for '~') or 1 (for '/') at byte 2"
        ),
        ("{'': 1}", "38: `when`: expected a JSON Pointer (RFC 6901) of 1 to 1024 bytes"),
        ("{/a: }", "42: `/a`: expected \(testExpected), found nothing"),
        ("{/a: {}}", "42: `/a` is empty: expected \(testExpected)"),
        ("{/a: []}", "42: `/a` is empty: expected a list of texts, numbers, true, false or null"),
        ("{/a: [[1]]}", "43: `/a`: expected \(valueExpected), found a list"),
        ("{/a: [1, ]}", nil), ("{/a: ['']}", nil),
        ("{/a: {grt: 1}}", "43: unknown operator `grt`; did you mean `gt`?"),
        ("{/a: {gte: 1}}", "43: unknown operator `gte`; did you mean `ge`?"),
        ("{/a: {'!=': 1}}", "43: unknown operator `!=`; did you mean `not`?"),
        ("{/a: {prefxi: x}}", "43: unknown operator `prefxi`; did you mean `prefix`?"),
        (
            "{/a: {between: 1}}",
            "43: unknown operator `between`; known operators: eq, in, gt, ge, lt, le, exists, prefix, not"
        ),
        ("{/a: {eq: [1]}}", "47: `eq`: expected \(valueExpected), found a list"),
        ("{/a: {eq: }}", "47: `eq`: expected \(valueExpected), found nothing"),
        ("{/a: {in: 1}}", "47: `in`: expected a list of texts, numbers, true, false or null, found a number"),
        ("{/a: {in: []}}", "47: `in` is empty: expected a list of texts, numbers, true, false or null"),
        ("{/a: {gt: x}}", "47: `gt`: expected a number as JSON writes it, such as 10 or 0.5, found \"x\""),
        ("{/a: {le: +5}}", "47: `le`: expected a number as JSON writes it, such as 10 or 0.5, found \"+5\""),
        ("{/a: {lt: null}}", "47: `lt`: expected a number as JSON writes it, such as 10 or 0.5, found nothing"),
        ("{/a: {ge: [1]}}", "47: `ge`: expected a number as JSON writes it, such as 10 or 0.5, found a list"),
        ("{/a: {exists: yes}}", "51: `exists`: expected true or false, found \"yes\""),
        ("{/a: {exists: 1}}", "51: `exists`: expected true or false, found \"1\""),
        ("{/a: {prefix: ''}}", "51: `prefix`: expected text of at least 1 byte, found \"\""),
        ("{/a: {prefix: [x]}}", "51: `prefix`: expected text of at least 1 byte, found a list"),
        ("{/a: {not: }}", "48: `not`: expected \(testExpected), found nothing"),
        ("{/a: {not: {gt: x}}}", "53: `gt`: expected a number as JSON writes it, such as 10 or 0.5, found \"x\""),
        (
            "{/a: 007}",
            "42: `/a`: \"007\" is no number in JSON; write it as JSON does, or in quotes to mean text"
        ),
        (
            "{/a: [1, 0x1F]}",
            "46: `/a`: \"0x1F\" is no number in JSON; write it as JSON does, or in quotes to mean text"
        ),
    ])
    func `each problem has its place`(_ when: String, _ expected: String?) {
        #expect(problems(yaml("when: \(when)")) == (expected.map { ["f:3:\($0)"] } ?? []), "\(when)")
    }

    @Test func `every problem is told`() {
        #expect(
            problems(yaml("when: {a: 1, /b: {gt: x, lx: 1}, /c: [01, 2]}")) == [
                "f:3:38: `when`: expected a JSON Pointer (RFC 6901), such as /data/0/action, found \"a\": "
                    + "a JSON Pointer is empty or begins with '/'",
                "f:3:53: `gt`: expected a number as JSON writes it, such as 10 or 0.5, found \"x\"",
                "f:3:56: unknown operator `lx`; did you mean `lt`?",
                "f:3:69: `/c`: \"01\" is no number in JSON; write it as JSON does, or in quotes to mean text",
            ])
    }

    @Test(arguments: [
        "+1", "01", ".5", "5.", "-.5e1", "0x1F", "0o17", "0b11", "1_000", ".inf", "-.INF", ".NaN", "1.e5", "+0x1f",
        "00",
    ])
    func `what only YAML reads as a number`(_ text: String) {
        #expect(PlainNumber.isAnyForm(text))
    }

    @Test(arguments: [
        "", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "2026-11-22", "12:30", "0x", "0xG", "_1", "A1", "1A", "inf",
        "1 2", "1-",
    ])
    func `what nobody reads as a number`(_ text: String) {
        #expect(!PlainNumber.isAnyForm(text))
    }

    @Test func `conditions, values, nesting and pointers are counted`() throws {
        let many = { (count: Int) in "{" + (0..<count).map { "/a\($0): 1" }.joined(separator: ", ") + "}" }
        #expect(conditions(many(ConditionReader.maxConditions)).count == 32)
        #expect(problems(yaml("when: \(many(33))")) == ["f:3:37: `when`: expected at most 32 conditions, found 33"])

        let values = { (count: Int) in "{/a: [" + (0..<count).map(String.init).joined(separator: ", ") + "]}" }
        #expect(conditions(values(ConditionReader.maxValues)).count == 1)
        #expect(problems(yaml("when: \(values(1001))")) == ["f:3:42: `/a`: expected at most 1000 values, found 1001"])

        let nested = { (count: Int) in
            // With two operators at each level, which nests the deepest tests.
            "{/a: " + String(repeating: "{exists: true, not: ", count: count) + "1"
                + String(repeating: "}", count: count)
                + "}"
        }
        #expect(conditions(nested(ConditionReader.maxNots)).count == 1)
        #expect(problems(yaml("when: \(nested(9))")) == ["f:3:217: at most 8 `not` may stand inside one another"])

        // Written as an explicit key: YAML's short form ends at 1024 characters.
        let long = { (bytes: Int) in
            Self.parts + "  - from: accurate\n    to: app\n    when:\n      ? '/"
                + String(repeating: "x", count: bytes - 1) + "'\n      : 1\n"
        }
        #expect(inbox(long(ConditionReader.pointerMaxBytes)).routes.first?.conditions.count == 1)
        #expect(
            problems(long(1025)) == ["f:6:9: `when`: expected a JSON Pointer (RFC 6901) of 1 to 1024 bytes"])
    }

    @Test func `no problem shows a variable's value`() {
        let whens = [
            "{/a: {gt: '${C}'}}", "{/a: {exists: '${C}'}}", "{'/a': {in: '${C}'}}", "{/a: ['${C}', []]}",
            "{/a: {prefix: '${C}', not: }}",
        ]
        for when in whens {
            let lines = problems(yaml("when: \(when)"), environment: ["C": "canary"])
            #expect(!lines.isEmpty, "\(when)")
            for line in lines { #expect(!line.contains("canary"), "\(line)") }
        }
    }
}
