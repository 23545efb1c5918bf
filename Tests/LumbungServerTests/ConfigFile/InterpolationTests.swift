import Testing

@testable import LumbungServer

@Suite struct InterpolationTests {
    private let environment = ["A": "1", "LONG_NAME_2": "two", "_x": "u", "EMPTY": "", "NESTED": "${A}", "B-C": "no"]

    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("${A}", "1"), ("x${A}y${LONG_NAME_2}z", "x1ytwoz"), ("${_x}", "u"), ("$$", "$"),
        ("$${A}", "${A}"),
        ("$$$${A}", "$${A}"),
        ("$$${A}", "$1"),
        ("$", "$"),
        ("a$", "a$"),
        ("$A", "$A"),
        ("5$ x", "5$ x"),
        ("${NESTED}", "${A}"), ("}{", "}{"), ("${A}}", "1}"),
    ])
    func `variables are filled in`(_ text: String, _ expected: String) {
        #expect(Interpolation.fill(text, from: environment) == .text(expected))
    }

    @Test(arguments: ["${NONE}", "x${EMPTY}"])
    func `an unset or empty variable is refused by name`(_ text: String) {
        let name = text.contains("NONE") ? "NONE" : "EMPTY"
        #expect(
            Interpolation.fill(text, from: environment) == .problem("the environment variable \(name) is not set"))
    }

    @Test(arguments: ["${", "${A", "x ${A y"])
    func `an open brace is refused`(_ text: String) {
        #expect(
            Interpolation.fill(text, from: environment) == .problem("`${` without its `}`; write `$$` for a plain `$`"))
    }

    @Test(arguments: ["${}", "${ A}", "${A:-x}", "${B-C}", "${1A}", "${é}"])
    func `what is no variable's name is refused`(_ text: String) {
        guard case .problem(let message) = Interpolation.fill(text, from: environment) else {
            Issue.record("\(text) was accepted")
            return
        }
        #expect(message.contains("does not name a variable"))
    }

    @Test func `problems have their place, and keys are left alone`() {
        let yaml = "destinations:\n  a:\n    url: https://x/${NONE}\n    headers:\n      X: \"a ${\"\n"
        #expect(
            problems(yaml) == [
                "f:3:10: the environment variable NONE is not set",
                "f:5:10: `${` without its `}`; write `$$` for a plain `$`",
            ])
        #expect(problems("${NONE}: 1\n").first?.hasPrefix("f:1:1: unknown key `${NONE}`") == true)
    }

    @Test func `a variable needs no quotes, between brackets either`() {
        let yaml = """
            destinations: {d: {url: ${URL}, headers: {X: a${A}b$${A}}, concurrency: ${A}}}
            routes: [{from: ${NAME}, to: [${D}]}]
            """
        let environment = ["URL": "https://u", "A": "1", "NAME": "accurate", "D": "d"]
        let destination = inbox(yaml, environment: environment).destinations[0]
        #expect(destination.concurrency == 1)
        guard case .http(let http) = destination.kind else {
            Issue.record("no http destination")
            return
        }
        #expect(http.headers.first?.value.revealed == "a1b${A}")
    }

    @Test func `places and names stay when braces are hidden from the parser`() {
        #expect(
            problems("{\"x${A}\": 1, y: ${NONE}}\n") == [
                "f:1:2: unknown key `x${A}`; known keys: settings, security, sources, destinations, routes",
                "f:1:14: unknown key `y`; known keys: settings, security, sources, destinations, routes",
                "f:1:17: the environment variable NONE is not set",
            ])
        #expect(
            problems("settings: {x: ${A} , ${B}: 1, ${B}: 2}\n", environment: environment) == [
                "f:1:22: `${B}` stands more than once in the same mapping (here first)"
            ])
        #expect(
            problems("settings: {}\nx: \u{F8F0}\n") == ["f:2:4: the characters U+F8F0 and U+F8F1 cannot be used"])
    }

    @Test func `values of every type may come from variables`() {
        let yaml = """
            destinations:
              a: {url: "${U}", timeout: "$${T}", concurrency: 1}
              b: {url: "${U}", timeout: "${T}", concurrency: "${N}", allow_private: "${B}"}
            """
        let environment = ["U": "https://u", "T": "2s", "N": "4", "B": "true"]
        #expect(
            problems(yaml, environment: environment) == [
                "f:2:29: `timeout`: expected a duration from 100ms to 1h, such as 250ms, 15s or 6h, found \"$${T}\""
            ])
        let destinations = inbox(yaml.replacing("$${T}", with: "1s"), environment: environment).destinations
        guard let last = destinations.last, case .http(let http) = last.kind else {
            Issue.record("no http destination")
            return
        }
        #expect(http.url == "https://u")
        #expect(http.timeout == .seconds(2))
        #expect(http.allowPrivate)
        #expect(last.concurrency == 4)
    }
}
