import Foundation
import Testing

@testable import LumbungServer

@Suite struct DestinationSecretTests {
    private static func key(_ prefix: String, _ count: Int) -> String {
        prefix + Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }).base64EncodedString()
    }

    private func fault(_ text: String) -> String? {
        let line = destinationProblems("{url: https://a, secret: \"${S}\"}", environment: ["S": text])
        return line.isEmpty ? nil : line
    }

    @Test func `one secret`() {
        let http = firstHTTP(
            "destinations: {a: {url: https://a, secret: \"${S}\"}}", environment: ["S": "0123456789abcdef"])
        #expect(http?.secrets == [Secret("0123456789abcdef")])
    }

    @Test func `several secrets, newest first`() {
        let texts = ["a", "b", "c", "d"].map { $0 + "0123456789abcde" }
        let list = texts.joined(separator: ", ")
        #expect(
            firstHTTP("destinations: {a: {url: https://a, secrets: [\(list)]}}")?.secrets == texts.map { Secret($0) })
        #expect(
            destinationProblems("{url: https://a, secrets: [\(list), e0123456789abcde]}")
                == "f:3:31: `secrets`: expected at most 4, found 5")
    }

    @Test(arguments: ["0123456789abcdef\n", "0123456789abcdef\r\n", "0123456789abcdef"])
    func `a secret from a file, without its line end`(_ content: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(content, to: "s")
        for path in ["s", folder.path + "/s"] {
            let yaml = "destinations: {a: {url: https://a, secret_file: \(path)}}"
            #expect(firstHTTP(yaml, workingDirectory: folder.path)?.secrets == [Secret("0123456789abcdef")])
        }
    }

    @Test(arguments: [
        ("", "f:3:35: the file \"s\" for `secret_file` is empty"),
        ("\n", "f:3:35: the file \"s\" for `secret_file` is empty"),
        (
            "0123456789abcdef\n\n",
            "f:3:35: the secret in the file \"s\" for `secret_file`: the secret holds a control character, a line break "
                + "or a mark without width"
        ),
        (
            "canary",
            "f:3:35: the secret in the file \"s\" for `secret_file`: the secret is shorter than 16 bytes; "
                + "best is whsec_ and 32 random bytes in base64"
        ),
    ])
    func `a file whose content is no secret`(_ content: String, _ line: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(content, to: "s")
        #expect(destinationProblems("{url: https://a, secret_file: s}", workingDirectory: folder.path) == line)
    }

    @Test func `a file that cannot be read is named as it was written`() throws {
        let folder = try TemporaryFolder()
        #expect(
            destinationProblems(
                "{url: https://a, secret_file: \"${P}/x\"}", environment: ["P": "canary"],
                workingDirectory: folder.path)
                == "f:3:35: cannot read the file \"${P}/x\" for `secret_file`: there is no such file")
        try folder.write(String(repeating: "a", count: BoundedFile.valueMaxBytes + 1), to: "s")
        #expect(
            destinationProblems("{url: https://a, secret_file: s}", workingDirectory: folder.path)
                == "f:3:35: cannot read the file \"s\" for `secret_file`: it is larger than 65536 bytes")
    }

    @Test(arguments: [
        ("{url: https://a, secret: [x]}", "f:3:30: `secret`: expected text, found a list"),
        ("{url: https://a, secret: }", "f:3:30: `secret`: expected text, found nothing"),
        (
            "{url: https://a, secret_file: [x]}",
            "f:3:35: `secret_file`: expected the path of a file that holds the secret, found a list"
        ),
        (
            "{url: https://a, secret_file: \"\"}",
            "f:3:35: `secret_file`: expected the path of a file that holds the secret, found \"\""
        ),
        (
            "{url: https://a, secrets: 0123456789abcdef}",
            "f:3:31: `secrets`: expected a list of 1 to 4 secrets, newest first, found text"
        ),
        (
            "{url: https://a, secrets: []}",
            "f:3:31: `secrets` is empty: expected a list of 1 to 4 secrets, newest first"
        ),
        (
            "{url: https://a, secrets: [0123456789abcdef, x]}",
            "f:3:50: `secrets`: the secret is shorter than 16 bytes; best is whsec_ and 32 random bytes in base64"
        ),
        (
            "{url: https://a, secrets: [0123456789abcdef, 0123456789abcdef]}",
            "f:3:50: `secrets`: the same secret stands here twice"
        ),
        (
            "{url: https://a, secret: 0123456789abcdef, secrets: [0123456789abcdeg]}",
            "f:3:48: a destination has at most one of `secret`, `secret_file` and `secrets`"
        ),
        ("{log: true, secret: 0123456789abcdef}", "f:3:17: `secret` needs `url`"),
    ])
    func `each problem has its place`(_ value: String, _ expected: String) {
        #expect(destinationProblems(value) == expected)
    }

    @Test func `a file and a list beside a secret are two problems`() throws {
        let folder = try TemporaryFolder()
        try folder.write("0123456789abcdef", to: "s")
        let value = "{url: https://a, secrets: [0123456789abcdeg], secret_file: s, secret: 0123456789abcdeh}"
        #expect(
            destinationProblems(value, workingDirectory: folder.path) == """
                f:3:22: a destination has at most one of `secret`, `secret_file` and `secrets`
                f:3:51: a destination has at most one of `secret`, `secret_file` and `secrets`
                """)
    }

    @Test(arguments: [
        (
            String(repeating: "x", count: 15),
            "the secret is shorter than 16 bytes; best is whsec_ and 32 random bytes in base64"
        ),
        (String(repeating: "x", count: 513), "the secret is longer than 512 bytes"),
        (key("whsec_", 23), "what follows whsec_ in the secret is not 24 to 64 bytes in base64"),
        (
            "whsec_" + String(repeating: "-", count: 44),
            "what follows whsec_ in the secret is not standard base64 with its padding"
        ),
        (key("whsk_", 64), "the public key in the whsk_ secret is not the one of its seed"),
        (key("whpk_", 32), "a whpk_ key is a public key, which checks signatures but makes none"),
        ("0123456789\nabcdef", "the secret holds a control character, a line break or a mark without width"),
        (" 0123456789abcdef", "the secret begins or ends with a blank"),
    ])
    func `what is wrong with a secret is told as its own checks tell it`(_ text: String, _ reason: String) {
        #expect(fault(text) == "f:3:30: `secret`: \(reason)")
    }

    @Test(arguments: [String(repeating: "x", count: 16), key("whsec_", 24), key("whsec_", 64), key("whsk_", 32)])
    func `secrets that fit`(_ text: String) {
        #expect(fault(text) == nil)
    }

    @Test(arguments: [
        "canary", "canary\n0123456789", "canary\u{1B}0123456789", "whsec_canary", "whsk_canary", "whpk_canary",
    ])
    func `no problem repeats a secret`(_ text: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "s")
        for value in [
            "secret: \"${S}\"", "secrets: [\"${S}\", \"${S}\"]", "secrets: \"${S}\"", "secret: [\"${S}\"]",
            "secret: {\"\(DisplayText.escaped(text).filter { $0 != "\\" })\": x}", "secret_file: s",
        ] {
            let lines = destinationProblems(
                "{url: https://a, \(value)}", environment: ["S": text], workingDirectory: folder.path)
            #expect(!lines.isEmpty)
            #expect(!lines.contains("canary"), "\(value) gives \(lines)")
        }
    }
}
