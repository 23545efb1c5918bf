import Testing

@testable import LumbungServer

@Suite struct ResignReaderTests {
    private static let stripe = "sources: {stripe: {secret: canary-of-the-source}}\n"

    private func resign(_ value: String, sources: String = stripe, folder: String = ".") -> ResignConfiguration? {
        firstHTTP(
            sources + "destinations: {a: {url: \"https://a\", resign: \(value)}}", workingDirectory: folder)?.resign
    }

    /// The problems of `resign`, whose value stands on line 5 from column 13.
    private func problems(_ value: String, sources: String = stripe) -> String {
        let yaml = "\(sources)destinations:\n  a:\n    url: https://a\n    resign: \(value)\n"
        let found = LumbungServerTests.problems(yaml)
        for problem in found { #expect(!problem.contains("canary")) }
        return found.joined(separator: "\n")
    }

    @Test func `a name takes the secret of the only source that has the preset`() {
        for value in ["stripe", "{preset: stripe}"] {
            let found = resign(
                value, sources: "sources: {pay: {preset: stripe, secrets: [new, old]}, github: {secret: g}}\n")
            #expect(found?.preset == "stripe")
            #expect(found?.secret == Secret("new"))
        }
    }

    @Test func `a tolerance of the source's own does not matter`() {
        let verify =
            "{scheme: hmac, header: Stripe-Signature, field: v1, timestamp: \"field:t\", signed: \"{timestamp}.{body}\", "
            + "tolerance: 6h}"
        #expect(resign("stripe", sources: "sources: {stripe: {secret: s, verify: \(verify)}}\n")?.secret == Secret("s"))
    }

    @Test func `a secret of its own is for every source that has the preset`() throws {
        let folder = try TemporaryFolder()
        try folder.write("from-file\n", to: "s")
        let sources = "sources: {a: {preset: stripe, secret: one}, b: {preset: stripe, secret: two}}\n"
        let written = resign("{preset: stripe, secret: mine}", sources: sources)
        #expect(written?.secret == Secret("mine"))
        #expect(
            resign("{preset: stripe, secret_file: s}", sources: sources, folder: folder.path)?.secret
                == Secret("from-file"))
    }

    @Test func `the destination's own secret stays what it is`() {
        let http = firstHTTP(
            Self.stripe + "destinations: {a: {url: \"https://a\", resign: stripe, secret: 0123456789abcdef}}")
        #expect(http?.secrets == [Secret("0123456789abcdef")])
        #expect(http?.resign?.secret == Secret("canary-of-the-source"))
    }

    @Test(arguments: [
        ("strip", "f:5:13: `resign`: there is no such preset; did you mean `stripe`?"),
        ("nobody-knows", "f:5:13: `resign`: there is no such preset; `lumbung sources list` shows them all"),
        ("[stripe]", "f:5:13: `resign`: expected a preset's name such as stripe, found a list"),
        ("", "f:5:12: `resign`: expected a preset's name such as stripe, found nothing"),
        ("{secret: canary}", "f:5:13: `resign` needs `preset: NAME`, such as {preset: stripe, secret: …}"),
        ("{preset: stripe, secret: \"\"}", "f:5:38: `secret`: the secret is empty"),
        (
            "{preset: stripe, secret_file: none}",
            "f:5:43: cannot read the file \"none\" for `secret_file`: there is no such file"
        ),
        (
            "{preset: stripe, secret: canary, secret_file: none}",
            "f:5:46: `resign` has at most one of `secret` and `secret_file`"
        ),
        ("{preset: stripe, secrte: x}", "f:5:30: unknown key `secrte`; did you mean `secret`?"),
        ("github", "f:5:13: `resign`: no source has the preset `github`, so nothing would be signed"),
        (
            "discord",
            "f:5:13: `resign`: what `discord` sends cannot be signed anew: it signs with a private key, which nobody else has"
        ),
        (
            "{preset: midtrans, secret: canary}",
            "f:5:22: `resign`: what `midtrans` sends cannot be signed anew: its proof stands in the body, which is passed "
                + "on as it came"
        ),
        ("accurate", "f:5:13: `resign`: what `accurate` sends cannot be signed anew: its requests prove nothing"),
        (
            "custom",
            "f:5:13: `resign`: what `custom` sends cannot be signed anew: it says nothing about how its requests are proven"
        ),
    ])
    func `what cannot be is refused with its place`(_ value: String, _ line: String) {
        #expect(problems(value).split(separator: "\n").map(String.init).contains(line), "\(problems(value))")
    }

    @Test func `of two sources it has to be said whose secret it is`() {
        let sources = "sources: {a: {preset: stripe, secret: canary1}, b: {preset: stripe, secret: canary2}}\n"
        #expect(
            problems("stripe", sources: sources)
                == "f:5:13: `resign`: the sources `a` and `b` have the preset `stripe`, each with secrets of its own: write "
                + "{preset: stripe, secret: …} with the secret that the destination checks with")
    }

    @Test(arguments: ["stripe", "{preset: stripe, secret: canary}"])
    func `a source that checks in another way is told as such`(value: String) {
        let source = "preset: stripe, verify: {scheme: token, bearer: true}, secret: canary"
        let why =
            "another `verify` than the preset `stripe`, so nothing would be signed: take it out, or change its `tolerance` "
            + "alone"
        #expect(
            problems(value, sources: "sources: {a: {\(source)}}\n")
                == "f:5:13: `resign`: the source `a` has \(why)")
        let unchecked = "preset: stripe, verify: {scheme: none}, allow: [192.0.2.1]"
        #expect(
            problems(value, sources: "sources: {a: {\(source)}, b: {\(unchecked)}}\n")
                == "f:5:13: `resign`: the sources `a` and `b` have \(why)")
    }

    @Test func `a source whose sender brings its secret has none to take`() {
        #expect(
            problems("asana", sources: "sources: {a: {preset: asana}}\n")
                == "f:5:13: `resign`: the source `a` has no secret for what the preset `asana` checks: write "
                + "{preset: asana, secret: …} with the secret that the destination checks with")
    }

    @Test(arguments: ["stripe", "{preset: stripe, secret: canary}"])
    func `what anyone can send is refused`(value: String) {
        let open = "{preset: stripe, verify: {scheme: none}}"
        #expect(
            problems(value, sources: "sources: {a: \(open), b: {preset: stripe, secret: s}}\n")
                == "f:5:13: `resign`: anyone who reaches the listener can send to the source `a`, and nothing that it takes "
                + "is signed as `stripe`: set `verify` with a secret there, or let it have another preset")
    }

    @Test func `beside one that checks as its preset does another may check in its own way`() {
        let guarded = "{preset: stripe, verify: {scheme: none}, allow: [192.0.2.1]}"
        let sources = "sources: {a: \(guarded), b: {preset: stripe, secret: canary}}\n"
        #expect(resign("{preset: stripe, secret: mine}", sources: sources)?.secret == Secret("mine"))
    }

    @Test func `a token that no header can carry is refused`() {
        let sources = "sources: {xendit: {secret: \"canary\\nx: y\"}}\n"
        #expect(
            problems("xendit", sources: sources)
                == "f:5:13: `resign`: the secret is sent as a header and holds a line break")
        #expect(resign("xendit", sources: "sources: {xendit: {secret: a token}}\n")?.secret == Secret("a token"))
    }

    @Test func `a public key signs nothing`() {
        let key = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
        let line = problems("standard-webhooks", sources: "sources: {a: {preset: standard-webhooks, secret: \(key)}}\n")
        #expect(line.hasPrefix("f:5:13: `resign`: "))
        #expect(line.contains("public key"))
        #expect(!line.contains("1SiA"))
    }

    @Test func `what is wrong with a source is told alone`() {
        #expect(
            problems("stripe", sources: "sources: {stripe: {secret: s, verfy: x}}\n").split(separator: "\n").count == 1)
    }

    @Test func `it needs an address`() {
        #expect(destinationProblems("{log: true, resign: stripe}") == "f:3:17: `resign` needs `url`")
        #expect(destinationProblems("{command: [a], resign: stripe}") == "f:3:20: `resign` needs `url`")
    }
}
