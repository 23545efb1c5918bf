import LumbungKit
import Testing

@testable import LumbungServer

@Suite struct HandshakeReaderTests {
    private static let words = "slack, meta, dropbox, zoom, graph, x, cloudevents, discord, shopee, asana"

    @Test(arguments: [
        ("slack", [Handshake.slack]), ("[meta, x]", [.meta, .x]), ("[]", []),
        ("[\(words)]", Handshake.allCases),
    ])
    func `a word or a list`(_ text: String, _ expected: [Handshake]) {
        #expect(inbox("sources: {a: {handshake: \(text)}}").sources[0].handshakes == expected)
    }

    @Test func `nothing is answered unless it is asked for`() {
        let source = inbox("sources: {a: {}}").sources[0]
        #expect(source.handshakes == [])
        #expect(source.verifyToken == nil)
    }

    @Test func `a verify token`() throws {
        let yaml = "sources: {a: {handshake: meta, verify_token: '${T}'}}"
        #expect(inbox(yaml, environment: ["T": "token"]).sources[0].verifyToken == Secret("token"))
        let folder = try TemporaryFolder()
        try folder.write("from a file\n", to: "token")
        let source = inbox(
            "sources: {a: {handshake: meta, verify_token_file: token}}", workingDirectory: folder.path
        ).sources[0]
        #expect(source.verifyToken == Secret("from a file"))
    }

    @Test func `a verify token has a length`() {
        let longest = String(repeating: "t", count: 512)
        #expect(
            inbox("sources: {a: {handshake: meta, verify_token: \(longest)}}").sources[0].verifyToken?.revealed
                == longest)
        #expect(problems("sources: {a: {handshake: meta, verify_token: \(longest)t}}").count == 1)
    }

    @Test(arguments: [
        ("handshake: okta", "f:3:16: `handshake`: expected \(words) or a list of them, found \"okta\""),
        ("handshake: [slack, okta]", "f:3:24: `handshake`: expected \(words), found \"okta\""),
        ("handshake: {a: b}", "f:3:16: `handshake`: expected \(words) or a list of them, found a mapping"),
        ("handshake:", "f:3:15: `handshake`: expected \(words) or a list of them, found nothing"),
        ("handshake: [x, x]", "f:3:20: `handshake`: `x` stands here twice"),
        ("{verify_token: t}", "f:3:6: `verify_token` needs `meta` in `handshake`"),
        ("{handshake: x, verify_token: t}", "f:3:20: `verify_token` needs `meta` in `handshake`"),
        (
            "{handshake: meta, verify_token: ''}",
            "f:3:37: `verify_token`: expected 1 to 512 bytes of text without control characters"
        ),
        (
            "{handshake: meta, verify_token: \"canary\\n\"}",
            "f:3:37: `verify_token`: expected 1 to 512 bytes of text without control characters"
        ),
        ("{handshake: meta, verify_token: [canary]}", "f:3:37: `verify_token`: expected text, found a list"),
        (
            "{handshake: meta, verify_token_file: none}",
            "f:3:42: cannot read the file \"none\" for `verify_token_file`: there is no such file"
        ),
        (
            "{handshake: meta, verify_token: a, verify_token_file: /dev/null}",
            "f:3:40: a source has at most one of `verify_token` and `verify_token_file`\n"
                + "f:3:59: the token in the file \"/dev/null\" for `verify_token_file`: expected 1 to 512 bytes of text "
                + "without control characters"
        ),
        ("handshakes: x", "f:3:5: unknown key `handshakes`; did you mean `handshake`?"),
    ])
    func `each problem has its place`(_ line: String, _ expected: String) {
        #expect(problems("sources:\n  a:\n    \(line)\n").joined(separator: "\n") == expected)
    }

    @Test func `the print shows the words and no token`() throws {
        let yaml = "sources: {a: {handshake: [meta, x], verify_token: canary}, b: {}}\n"
        let print = ConfigPrint(try load(yaml: yaml).get())
        let lines = print.table().split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("a ") && $0.hasSuffix("  meta, x, verify_token ********") })
        #expect(lines.contains { $0.hasPrefix("b ") && $0.hasSuffix("  -") })
        let json = print.json()
        #expect(json.contains(#""verify_token" : "********""#))
        #expect(json.contains(#""verify_token" : null"#))
        #expect(json.contains(#""handshake" : ["#))
        for text in [print.table(), json] { #expect(!text.contains("canary")) }
    }
}
