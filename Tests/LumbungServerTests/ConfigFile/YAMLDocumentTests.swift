import Testing

@testable import LumbungServer

@Suite struct YAMLDocumentTests {
    @Test(arguments: [
        "", "\n", "# nothing\n", "---\n", "~", "null\n", "\u{FEFF}", "{}", "settings:\n", "settings: {}\n",
    ])
    func `a file that says nothing means the defaults`(_ yaml: String) {
        #expect(inbox(yaml) == .builtIn)
    }

    @Test(arguments: [
        ("a: b: c\n", "f:1:5: the file is not YAML: mapping values are not allowed in this context"),
        (
            "routes:\n\t- x\n",
            "f:2:1: the file is not YAML: found character that cannot start any token "
                + "(while scanning for the next token from line 2)"
        ),
        (
            "routes: [1, 2\n",
            "f:2:1: the file is not YAML: did not find expected ',' or ']' (while parsing a flow sequence from line 1)"
        ),
        (
            "settings: \"x\n",
            "f:2:1: the file is not YAML: found unexpected end of stream (while scanning a quoted scalar from line 1)"
        ),
        ("settings: {}\n---\nroutes: []\n", "f:2:1: the file is not one YAML document: but found another document"),
        ("settings: *x\n", "f:1:11: the file is not one YAML document: found undefined alias"),
        (
            "settings:\n  port: 1\n  host: a\n  port: 2\n",
            "f:2:3: `port` stands more than once in the same mapping (here first)"
        ),
        ("sources:\n  1: {}\n  \"1\": {}\n", "f:3:3: `1` stands more than once in the same mapping (first on line 2)"),
        (
            "settings:\n  port: !!int 5\n",
            "f:2:9: the tag \"tag:yaml.org,2002:int\" is not supported; write the value alone"
        ),
        ("settings: !x {}\n", "f:1:11: the tag \"!x\" is not supported; write the value alone"),
        ("[a]: b\n", "f:1:1: a key must be text, found a list"),
        ("{a: b}: c\n", "f:1:1: a key must be text, found a mapping"),
        ("x\n", "f:1:1: `f`: expected a mapping, found text"),
        ("- x\n", "f:1:1: `f`: expected a mapping, found a list"),
        ("5\n", "f:1:1: `f`: expected a mapping, found a number"),
        ("settings: [1]\n", "f:1:11: `settings`: expected a mapping, found a list"),
        ("settings:\n  port: [1]\n", "f:2:9: `port`: expected one value, found a list"),
        ("settings:\n  port: {a: 1}\n", "f:2:9: `port`: expected one value, found a mapping"),
        ("settings:\n  port:\n", "f:2:8: `port`: expected one value, found nothing"),
        ("settings:\n  prot: 1\n", "f:2:3: unknown setting `prot`; did you mean `port`?"),
        ("setings: {}\n", "f:1:1: unknown key `setings`; did you mean `settings`?"),
        (
            "wildly_other: {}\n",
            "f:1:1: unknown key `wildly_other`; known keys: settings, security, sources, destinations, routes"
        ),
    ])
    func `each problem has its place`(_ yaml: String, _ line: String) {
        #expect(problems(yaml) == [line])
    }

    @Test func `a control character is refused with its place`() {
        #expect(problems("a: 1\nbé: x\u{01}\n") == ["f:2:6: the file is not YAML: control characters are not allowed"])
    }

    @Test func `anchors, aliases and merge keys work`() {
        let yaml = """
            destinations:
              a: &base
                url: https://a
                timeout: 1s
                retry: &retry {attempts: 3}
              b:
                <<: *base
                url: https://b
              c: {url: https://c, retry: *retry}
              d:
                <<: [{timeout: 9s}, *base]
            """
        let destinations = inbox(yaml).destinations
        let http = destinations.map { destination -> HTTPDestinationConfiguration? in
            if case .http(let http) = destination.kind { http } else { nil }
        }
        #expect(http.map(\.?.url) == ["https://a", "https://b", "https://c", "https://a"])
        #expect(http.map(\.?.timeout) == [.seconds(1), .seconds(1), .seconds(15), .seconds(9)])
        #expect(destinations.map(\.retry.attempts) == [3, 3, 3, 3])
    }

    @Test func `a problem behind an alias is told once, where it is written`() {
        let yaml = "destinations:\n  a: &a {url: https://a, timeout: soon}\n  b: *a\n"
        #expect(
            problems(yaml) == [
                "f:2:35: `timeout`: expected a duration from 100ms to 1h, such as 250ms, 15s or 6h, found \"soon\""
            ])
    }

    @Test func `a merge key with anything but mappings is refused`() {
        #expect(problems("settings:\n  <<: x\n") == ["f:2:7: `<<`: expected a mapping, found text"])
        #expect(problems("settings:\n  <<: [x]\n") == ["f:2:8: `<<`: expected a mapping, found text"])
    }

    @Test func `an alias bomb is refused at once`() {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...29 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let lines = problems(yaml)
        #expect(lines.count == 1)
        #expect(lines[0].hasSuffix("the file has more than 20000 values once its aliases are written out"))
    }

    @Test(arguments: [
        "? *a29\n: x\n", "*a29 : x\n", "b: {*a29 : x}\n", "b: {? [*a29, *a29] : x}\n", "[*a29]: x\n",
        "b: [{[*a29]: x}]\n",
        "b:\n  - ? *a29\n", "?\n  - *a29\n: x\n", "# \r? *a29\n: x\n", "b: {?*a29 : x}\n", "{x: *a29}: y\n",
        "? &k [*a29]\n: x\n",
    ])
    func `a bomb as a key is refused before the parser sees it`(_ key: String) {
        var yaml = "a0: &a0 [x, x]\n"
        for level in 1...29 { yaml += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        let lines = problems(yaml + key)
        #expect(lines.count == 1)
        #expect(lines[0].hasSuffix("an alias, a list or a mapping cannot be a key in a file that uses aliases"))
    }

    @Test func `a merge bomb is refused at once`() {
        var yaml = "a0: &a0 {x: 1, y: 2}\n"
        for level in 1...29 { yaml += "a\(level): &a\(level) {<<: [*a\(level - 1), *a\(level - 1)], k\(level): 1}\n" }
        let lines = problems(yaml)
        #expect(lines.count == 1)
        #expect(lines[0].hasSuffix("once its aliases are written out"))
    }

    @Test func `nesting is bounded`() {
        let deep = { (levels: Int) in String(repeating: "[", count: levels) + String(repeating: "]", count: levels) }
        #expect(
            problems("a: " + deep(LocatedNodeBuilder.maxDepth - 1)).first?.hasPrefix("f:1:1: unknown key `a`") == true)
        #expect(problems("a: " + deep(LocatedNodeBuilder.maxDepth)) == ["f:1:35: nested deeper than 32 levels"])
        #expect(problems("a: " + deep(900)).count == 1)
        #expect(problems("a: " + deep(100_000)).count == 1)
        #expect(problems(String(repeating: "- ", count: 100_000)).count == 1)
    }

    @Test func `values are counted`() {
        let list = { (count: Int) in "a: [" + Array(repeating: "x", count: count).joined(separator: ",") + "]" }
        #expect(problems(list(LocatedNodeBuilder.maxNodes - 2)).first?.contains("unknown key") == true)
        #expect(problems(list(LocatedNodeBuilder.maxNodes - 1)).first?.contains("more than 20000 values") == true)
    }

    @Test func `problems are counted too`() {
        let yaml = (0..<300).map { "unknown\($0): 1\n" }.joined()
        #expect(problems(yaml).count == ProblemList.limit)
    }

    @Test func `numbers and words keep their text`() {
        let yaml =
            "settings:\n  host: 127.0.0.1\n  admin_token: 0123\n  database_url: \"sqlite:a b\"\n  log_level: 'debug'\n"
        let content = ConfigFileReader.read(yaml, file: "f", environment: [:])
        #expect(content.settings[.adminToken]?.text == "0123")
        #expect(content.settings[.databaseURL]?.text == "sqlite:a b")
        #expect(content.settings[.logLevel]?.text == "debug")
    }
}
