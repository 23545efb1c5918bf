import Testing

@testable import LumbungServer

@Suite struct DestinationCommandTests {
    @Test func `a program alone has the defaults`() {
        let destination = inbox("destinations: {app: {command: [cat]}}").destinations[0]
        let command = CommandDestinationConfiguration(
            arguments: ["cat"], timeout: .seconds(15), environment: [], directory: nil)
        #expect(
            destination
                == DestinationConfiguration(
                    name: "app", kind: .command(command), concurrency: nil, retry: .standard, isPaused: false))
    }

    @Test func `everything set`() {
        let yaml = """
            destinations:
              app:
                command: [/usr/local/bin/import, --stdin, 5, "a b"]
                timeout: 1h
                env: {MODE: fast, _x9: "", TOKEN: "a\\nb"}
                directory: /srv/import
                permanent: [1, 255, 74]
            """
        let destination = inbox(yaml).destinations[0]
        let command = CommandDestinationConfiguration(
            arguments: ["/usr/local/bin/import", "--stdin", "5", "a b"], timeout: .seconds(3600),
            environment: [
                VariableConfiguration(name: "MODE", value: Secret("fast")),
                VariableConfiguration(name: "_x9", value: Secret("")),
                VariableConfiguration(name: "TOKEN", value: Secret("a\nb")),
            ], directory: "/srv/import")
        #expect(destination.kind == .command(command))
        #expect(destination.permanent == [1, 255, 74])
    }

    @Test func `variables are filled in, and outputs show their names`() {
        let yaml = "destinations: {app: {command: [/bin/x, \"--key=${K}\"], directory: \"/srv/${K}\"}}"
        let command = firstCommand(yaml, environment: ["K": "canary"])
        #expect(command?.arguments == ["/bin/x", "--key=canary"])
        #expect(command?.shownArguments == ["/bin/x", "--key=${K}"])
        #expect(command?.directory == "/srv/canary")
        #expect(command?.shownDirectory == "/srv/${K}")
    }

    private static let commandExpected =
        "a list of a program and its arguments, such as [/usr/local/bin/import, --stdin]"

    @Test(arguments: [
        ("{command: x}", "f:3:15: `command`: expected \(commandExpected), found text"),
        ("{command: []}", "f:3:15: `command` is empty: expected \(commandExpected)"),
        ("{command: [[x]]}", "f:3:16: `command`: expected text, found a list"),
        ("{command: [x, ~]}", "f:3:19: `command`: expected text, found nothing"),
        ("{command: [\"\", a]}", "f:3:16: `command`: the program is empty"),
        ("{command: [a, \"\"]}", "f:3:19: `command`: an argument is empty"),
        ("{command: [\"a\\0\"]}", "f:3:16: `command`: the program holds a zero byte"),
        ("{command: [a, \"\\0\"]}", "f:3:19: `command`: an argument holds a zero byte"),
        (
            "{command: [bin/x]}",
            "f:3:16: `command`: the program must be an absolute path or a name that `PATH` finds; "
                + "write the absolute path for this relative one"
        ),
        (
            "{command: [./x]}",
            "f:3:16: `command`: the program must be an absolute path or a name that `PATH` finds; "
                + "write the absolute path for this relative one"
        ),
        ("{url: https://a, command: [x]}", "f:3:22: a destination has exactly one of `url`, `command` and `log`"),
        ("{log: true, command: [x]}", "f:3:6: a destination has exactly one of `url`, `command` and `log`"),
        ("{command: [x], headers: {}}", "f:3:20: `headers` needs `url`"),
        ("{command: [x], secret: a}", "f:3:20: `secret` needs `url`"),
        ("{command: [x], secret_file: a}", "f:3:20: `secret_file` needs `url`"),
        ("{command: [x], secrets: a}", "f:3:20: `secrets` needs `url`"),
        ("{command: [x], allow_private: true}", "f:3:20: `allow_private` needs `url`"),
        ("{command: [x], ca_file: a}", "f:3:20: `ca_file` needs `url`"),
        ("{command: [x], client_cert_file: a}", "f:3:20: `client_cert_file` needs `url`"),
        ("{command: [x], client_key_file: a}", "f:3:20: `client_key_file` needs `url`"),
        ("{url: https://a, env: {}}", "f:3:22: `env` needs `command`"),
        ("{url: https://a, directory: /}", "f:3:22: `directory` needs `command`"),
        ("{log: true, env: {}}", "f:3:17: `env` needs `command`"),
        (
            "{command: [x], timeout: 99ms}",
            "f:3:29: `timeout`: expected a duration from 100ms to 1h, such as 250ms, 15s or 6h, found \"99ms\""
        ),
        ("{command: [x], env: [a]}", "f:3:25: `env`: expected a mapping from names to values, found a list"),
        ("{command: [x], env: {A: [a]}}", "f:3:29: `A`: expected text, found a list"),
        ("{command: [x], env: {A: }}", "f:3:29: `A`: expected text, found nothing"),
        ("{command: [x], env: {A: \"\\0\"}}", "f:3:29: the value of the variable `A` holds a zero byte"),
        ("{command: [x], env: {LUMBUNG_X: a}}", "f:3:26: the variable `LUMBUNG_X` is set by the delivery itself"),
        (
            "{command: [x], env: {1A: a}}",
            "f:3:26: \"1A\" is no variable's name: expected 1 to 256 letters, digits and `_`, no digit first"
        ),
        (
            "{command: [x], env: {A-B: a}}",
            "f:3:26: \"A-B\" is no variable's name: expected 1 to 256 letters, digits and `_`, no digit first"
        ),
        (
            "{command: [x], env: {\"\": a}}",
            "f:3:26: \"\" is no variable's name: expected 1 to 256 letters, digits and `_`, no digit first"
        ),
        (
            "{command: [x], env: {\"A=\\u001b\": a}}",
            "f:3:26: \"A=\\u{1B}\" is no variable's name: expected 1 to 256 letters, digits and `_`, no digit first"
        ),
        ("{command: [x], directory: [a]}", "f:3:31: `directory`: expected an absolute path, found a list"),
        ("{command: [x], directory: a/b}", "f:3:31: `directory`: expected an absolute path, found \"a/b\""),
        ("{command: [x], directory: \"\"}", "f:3:31: `directory` is empty"),
        ("{command: [x], directory: \"/\\0\"}", "f:3:31: `directory` holds a zero byte"),
        (
            "{command: [x], permanent: [75]}",
            "f:3:32: `permanent`: the exit code 75 asks for a retry and cannot give up"
        ),
        (
            "{command: [x], permanent: [0]}",
            "f:3:32: `permanent`: expected an exit code from 1 to 255, found \"0\""
        ),
        (
            "{command: [x], permanent: [256]}",
            "f:3:32: `permanent`: expected an exit code from 1 to 255, found \"256\""
        ),
        (
            "{command: [x], permanent: 1}",
            "f:3:31: `permanent`: expected a list of exit codes from 1 to 255, found a number"
        ),
        ("{command: [x], permanent: [1, 2, 1]}", "f:3:38: `permanent`: the exit code stands here twice"),
    ])
    func `each problem has its place`(_ value: String, _ expected: String) {
        #expect(destinationProblems(value) == expected)
    }

    @Test func `no name of a variable may be the delivery's, whatever follows`() {
        #expect(destinationProblems("{command: [x], env: {LUMBUNG: a, lumbung_x: a}}").isEmpty)
        #expect(
            destinationProblems("{command: [x], env: {LUMBUNG_: a}}")
                == "f:3:26: the variable `LUMBUNG_` is set by the delivery itself")
    }

    @Test func `counts and lengths have bounds`() {
        let arguments = { (count: Int) in
            destinationProblems("{command: [\(Array(repeating: "x", count: count).joined(separator: ", "))]}")
        }
        #expect(arguments(64).isEmpty)
        #expect(arguments(65) == "f:3:15: `command`: expected at most 64, found 65")
        let variables = { (count: Int) in
            let pairs = (0..<count).map { "x\($0): a" }.joined(separator: ", ")
            return destinationProblems("{command: [x], env: {\(pairs)}}")
        }
        #expect(variables(64).isEmpty)
        #expect(variables(65) == "f:3:25: `env`: expected at most 64, found 65")
        let text = { (count: Int) in String(repeating: "x", count: count) }
        #expect(destinationProblems("{command: [\(text(4096)), \(text(4096))]}").isEmpty)
        #expect(
            destinationProblems("{command: [\(text(4097))]}")
                == "f:3:16: `command`: the program is longer than 4096 bytes")
        #expect(
            destinationProblems("{command: [x, \(text(4097))]}")
                == "f:3:19: `command`: an argument is longer than 4096 bytes")
        #expect(destinationProblems("{command: [x], env: {A: \(text(16_384))}}").isEmpty)
        #expect(
            destinationProblems("{command: [x], env: {A: \(text(16_385))}}")
                == "f:3:29: the value of the variable `A` is longer than 16384 bytes")
        #expect(destinationProblems("{command: [x], env: {\(text(256)): a}}").isEmpty)
        #expect(destinationProblems("{command: [x], env: {\(text(257)): a}}").contains(" is no variable's name"))
        #expect(destinationProblems("{command: [x], directory: /\(text(4094))}").isEmpty)
        #expect(
            destinationProblems("{command: [x], directory: /\(text(4095))}")
                == "f:3:31: `directory` is longer than 4095 bytes")
    }
}
