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
        ("0123456789abcdef\n\n", "f:3:35: the secret in the file \"s\" for `secret_file` holds a line break"),
        (
            "canary",
            "f:3:35: the secret in the file \"s\" for `secret_file` must be 16 to 4096 bytes, "
                + "or a key behind `whsec_` or `whsk_`"
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
            "f:3:50: `secrets` must be 16 to 4096 bytes, or a key behind `whsec_` or `whsk_`"
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

    @Test func `a secret without a prefix has a length in bytes`() {
        let expected = "f:3:30: `secret` must be 16 to 4096 bytes, or a key behind `whsec_` or `whsk_`"
        #expect(fault(String(repeating: "x", count: 15)) == expected)
        #expect(fault(String(repeating: "x", count: 16)) == nil)
        #expect(fault(String(repeating: "é", count: 8)) == nil)
        #expect(fault(String(repeating: "é", count: 7) + "x") == expected)
        #expect(fault(String(repeating: "x", count: 4096)) == nil)
        #expect(fault(String(repeating: "x", count: 4097)) == expected)
    }

    @Test(arguments: [24, 25, 26, 32, 63, 64])
    func `keys behind whsec_ that fit`(_ count: Int) {
        #expect(fault(Self.key("whsec_", count)) == nil)
    }

    @Test(arguments: [
        key("whsec_", 0), key("whsec_", 23), key("whsec_", 65), String(key("whsec_", 32).dropLast()),
        key("whsec_", 32) + "=", key("whsec_", 33) + "====", key("whsec_", 33) + " ", "whsec_=" + key("", 32),
        "whsec_" + String(repeating: "-", count: 44), "whsec_" + String(repeating: "_", count: 44),
        "whsec_" + String(repeating: "é", count: 22), "whsec_" + String(repeating: "A", count: 41) + "===",
    ])
    func `keys behind whsec_ that do not`(_ text: String) {
        #expect(
            fault(text) == "f:3:30: `secret` must be 24 to 64 bytes in standard base64 (with padding) behind `whsec_`")
    }

    @Test func `keys behind whsk_ are a seed or a pair`() {
        let expected = "f:3:30: `secret` must be 32 or 64 bytes in standard base64 (with padding) behind `whsk_`"
        for count in [32, 64] { #expect(fault(Self.key("whsk_", count)) == nil) }
        for count in [0, 31, 33, 63, 65] { #expect(fault(Self.key("whsk_", count)) == expected) }
        #expect(fault("whsk_" + String(repeating: "!", count: 44)) == expected)
    }

    @Test func `a public key is told apart`() {
        #expect(
            fault(Self.key("whpk_", 32))
                == "f:3:30: `secret` is a public key (`whpk_`); signing needs the private one (`whsk_`)")
    }

    @Test(arguments: ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{0B}"])
    func `a line break is refused wherever it stands`(_ text: String) {
        for secret in ["0123456789\(text)abcdef", Self.key("whsec_", 32) + text, text + "0123456789abcdef"] {
            #expect(fault(secret) == "f:3:30: `secret` holds a line break")
        }
    }

    @Test(arguments: ["\0", "\t", "\u{1B}", "\u{7F}", "\u{9B}"])
    func `a control character is refused`(_ text: String) {
        #expect(fault("0123456789\(text)abcdef") == "f:3:30: `secret` holds a control character")
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
