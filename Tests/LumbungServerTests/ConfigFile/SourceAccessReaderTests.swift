import LumbungCore
import LumbungKit
import Testing

@testable import LumbungServer

@Suite struct SourceAccessReaderTests {
    @Test func `who may send, how much, and the answer`() throws {
        let source = try #require(
            inbox(
                """
                sources:
                  a:
                    allow: [192.0.2.1, "2001:db8::/32", 10.1.2.3/8, "${OFFICE}"]
                    token: ${TOKEN}
                    rate: 600/m
                    answer: {status: 202}
                """, environment: ["TOKEN": "canary", "OFFICE": "::ffff:192.0.2.7"]
            ).sources.first)
        #expect(source.allow.map(\.description) == ["192.0.2.1", "2001:db8::/32", "10.0.0.0/8", "192.0.2.7"])
        #expect(source.token?.revealed == "canary")
        #expect(source.rate == DeliveryRate(count: 600, period: .seconds(60)))
        #expect(source.answerStatus == 202)
        let made = try Wiring.source(source)
        #expect(made.access.allow == source.allow && made.access.rate == source.rate && made.answerStatus == 202)
        #expect(made.access.token != nil)
    }

    @Test func `nothing is asked for by default`() throws {
        let source = try #require(inbox("sources: {a: {}}").sources.first)
        #expect(source.allow.isEmpty && source.token == nil && source.rate == nil && source.answerStatus == 200)
        let made = try Wiring.source(source)
        #expect(made.access.allow == nil && made.access.token == nil && made.access.rate == nil)
    }

    @Test(arguments: [
        (
            "allow: 192.0.2.1",
            "f:3:12: `allow`: expected a list of 1 to 1000 IP addresses or blocks such as 192.0.2.0/24, found text"
        ),
        (
            "allow: []",
            "f:3:12: `allow` is empty: expected a list of 1 to 1000 IP addresses or blocks such as 192.0.2.0/24"
        ),
        (
            "allow: [localhost]",
            "f:3:13: `allow`: expected an IP address or a block such as 192.0.2.0/24, found \"localhost\""
        ),
        (
            "allow: [192.0.2.1, 192.0.2.0/33]",
            "f:3:24: `allow`: expected an IP address or a block such as 192.0.2.0/24, found \"192.0.2.0/33\""
        ),
        ("allow: [{a: b}]", "f:3:13: `allow`: expected an IP address or a block such as 192.0.2.0/24, found a mapping"),
        ("token: ''", "f:3:12: `token`: expected 1 to 4096 bytes of text without control characters"),
        ("token: \"a\\tb\"", "f:3:12: `token`: expected 1 to 4096 bytes of text without control characters"),
        ("token: [a]", "f:3:12: `token`: expected text, found a list"),
        ("token_file: ''", "f:3:17: `token_file`: expected the path of a file that holds the token, found \"\""),
        (
            "token_file: /nowhere/t",
            "f:3:17: cannot read the file \"/nowhere/t\" for `token_file`: there is no such file"
        ),
        (
            "rate: 5",
            "f:3:11: `rate`: expected a rate of 1 to 1000000 a second, minute or hour, such as 50/s, 600/m or 3600/h, found \"5\""
        ),
        ("answer: 202", "f:3:13: `answer`: expected a mapping, found a number"),
        ("answer: {status: 300}", "f:3:22: `status`: expected a whole number from 200 to 299, found \"300\""),
        ("answer: {status: 199}", "f:3:22: `status`: expected a whole number from 200 to 299, found \"199\""),
        ("answer: {body: x}", "f:3:14: unknown key `body`; known keys: status"),
    ])
    func `each problem has its place`(_ line: String, _ expected: String) {
        #expect(problems("sources:\n  a:\n    \(line)\n") == [expected])
    }

    @Test func `lists and tokens have their bounds`() {
        let most = Array(repeating: "192.0.2.1", count: 1000).joined(separator: ", ")
        #expect(problems("sources:\n  a:\n    allow: [\(most)]\n") == [])
        #expect(
            problems("sources:\n  a:\n    allow: [\(most), 192.0.2.2]\n") == [
                "f:3:12: `allow`: expected at most 1000, found 1001"
            ])
        let longest = String(repeating: "x", count: 4096)
        #expect(problems("sources:\n  a: {token: \(longest)}\n") == [])
        #expect(problems("sources:\n  a: {token: \(longest)x}\n").count == 1)
    }

    @Test func `a token stands in one place, or in a file`() throws {
        let folder = try TemporaryFolder()
        let (file, other) = (folder.path + "/token", folder.path + "/other")
        try folder.write("canary\n", to: "token")
        #expect(inbox("sources: {a: {token_file: \(file)}}").sources[0].token?.revealed == "canary")
        #expect(
            problems("sources:\n  a:\n    token: x\n    token_file: \(file)\n") == [
                "f:4:5: a source has at most one of `token` and `token_file`"
            ])
        try folder.write("ca\u{7}nary\n", to: "other")
        let lines = problems("sources:\n  a:\n    token_file: \(other)\n")
        #expect(lines.count == 1 && !lines[0].contains("nary"))
    }

    @Test(arguments: [
        ("{}", true), ("{token: t}", false), ("{allow: [192.0.2.1]}", false), ("{rate: 1/s}", true),
        ("{preset: github, secret: 0123456789abcdef}", false), ("{verify: {scheme: none}}", true),
    ])
    func `a source without check, list and token is open to anyone`(_ source: String, _ isOpen: Bool) {
        #expect(inbox("sources: {a: \(source)}").sources[0].isOpenToAnyone == isOpen)
    }
}
