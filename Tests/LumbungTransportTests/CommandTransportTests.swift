import Foundation
import LumbungCore
import LumbungTransport
import Testing

@Suite(.timeLimit(.minutes(1))) struct CommandTransportTests {
    @Test(arguments: [0, 1, 256, 65_536, 65_537, 1_000_000, 20_000_000])
    func `the payload reaches standard input byte for byte`(count: Int) async throws {
        let folder = try ScriptFolder()
        let payload = sampleBytes(count)
        let outcome = try await CommandTransport.deliver(
            .carrying(payload), to: #"cat > "$OUT""#, environment: [("OUT", folder.path("out"))])
        #expect(outcome == AttemptOutcome(kind: .delivered))
        let received = try folder.bytes(of: "out")
        #expect(received.count == count)
        #expect(received == payload)
    }

    @Test(arguments: ["exit 0", "exec 0<&-; echo on >&2", "head -c 10 > /dev/null"])
    func `a program may leave its input unread`(script: String) async throws {
        let outcome = try await CommandTransport.deliver(.carrying(sampleBytes(1_000_000)), to: script)
        #expect(outcome.kind == .delivered)
    }

    @Test(arguments: [(1, "", "exited with 1"), (3, "x", "exited with 3"), (75, "", "asked for a retry (exit 75)")])
    func `another exit code than 0 is a failure with its code`(code: Int, output: String, detail: String) async throws {
        let outcome = try await CommandTransport.deliver(to: "printf '%s' '\(output)'; exit \(code)")
        #expect(
            outcome
                == AttemptOutcome(kind: .exit, statusCode: code, response: Array(output.utf8), detail: detail))
    }

    @Test(arguments: [127, 255]) func `the high exit codes are told as they are`(code: Int) async throws {
        let outcome = try await CommandTransport.deliver(to: "exit \(code)")
        #expect(outcome == AttemptOutcome(kind: .exit, statusCode: code, detail: "exited with \(code)"))
    }

    @Test(arguments: [("KILL", 9), ("TERM", 15), ("PIPE", 13)])
    func `a program ended by a signal has no code`(name: String, number: Int) async throws {
        let outcome = try await CommandTransport.deliver(to: "kill -\(name) $$; echo still here")
        #expect(outcome == AttemptOutcome(kind: .exit, detail: "ended by signal \(number)"))
    }

    @Test func `both outputs are kept in the order they were written`() async throws {
        let outcome = try await CommandTransport.deliver(to: "printf a; printf b >&2; printf c; printf d >&2")
        #expect(outcome.text == "abcd")
    }

    @Test(arguments: [(16_383, 16_383), (16_384, 16_384), (16_385, 16_384), (52_428_800, 16_384)])
    func `the head of the output is kept and the rest is thrown away`(written: Int, kept: Int) async throws {
        let half = written / 2
        let script = "head -c \(half) /dev/zero; head -c \(written - half) /dev/zero >&2; exit 3"
        let outcome = try await CommandTransport.deliver(to: script)
        #expect(outcome.statusCode == 3)
        #expect(outcome.response == [UInt8](repeating: 0, count: kept))
    }

    @Test func `a program that answers while it reads never waits for the server`() async throws {
        let payload = sampleBytes(5_000_000)
        let outcome = try await CommandTransport.deliver(.carrying(payload), running: ["/bin/cat"])
        #expect(outcome.kind == .delivered)
        #expect(outcome.response == Array(payload[..<16_384]))
    }

    @Test func `a program that closes its outputs is waited for`() async throws {
        let folder = try ScriptFolder()
        let outcome = try await CommandTransport.deliver(
            .carrying(sampleBytes(100_000)), to: #"exec 1>&- 2>&-; cat > "$OUT"; exit 4"#,
            environment: [("OUT", folder.path("out"))])
        #expect(outcome.statusCode == 4)
        #expect(try folder.bytes(of: "out").count == 100_000)
    }

    @Test func `the arguments are a list and nothing in them is replaced`() async throws {
        let arguments = ["$(id)", "; ls", "*", "a b", "", "$LUMBUNG_UUID", "'\"\\", "-n", "\u{e9}"]
        let outcome = try await CommandTransport.deliver(running: ["printf", "[%s]"] + arguments)
        #expect(outcome.text == arguments.map { "[\($0)]" }.joined())
    }

    @Test func `the environment is clean and says what is delivered`() async throws {
        let server = ProcessInfo.processInfo.environment
        var expected = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
        for name in ["PATH", "HOME", "LANG", "TZ"] { expected[name] = server[name] ?? expected[name] }
        try #require(Set(server.keys).subtracting(expected.keys).isEmpty == false)
        expected["LANG"] = "C"
        expected["OWN"] = "2 = two"
        expected["LUMBUNG_QUEUE_ID"] = "42"
        expected["LUMBUNG_SOURCE"] = "accurate"
        expected["LUMBUNG_TYPE"] = ""
        expected["LUMBUNG_TENANT"] = "1293289"
        expected["LUMBUNG_RECEIVED_AT"] = "2026-11-22T21:15:30.007Z"
        expected["LUMBUNG_UUID"] = "toko 1%\u{e9}"
        expected["LUMBUNG_ATTEMPT"] = "3"
        expected["LUMBUNG_DESTINATION"] = "app"
        let outcome = try await CommandTransport.deliver(
            .sample(identity: "toko 1%\u{e9}", type: "", tenant: "1293289", attempt: 3), running: ["env", "-0"],
            environment: [("LANG", "C"), ("OWN", "1"), ("OWN", "2 = two")])
        #expect(Set(outcome.text.split(separator: "\0")) == Set(expected.map { "\($0)=\($1)" as Substring }))
    }

    @Test func `what an event says is never run`() async throws {
        let folder = try ScriptFolder()
        let poison = "; touch a; $(touch b) `touch c` | touch d\n touch e\n() { :; }; touch f ' \" \\ $IFS"
        let attempt = Attempt.sample(identity: poison, type: poison, payload: poison)
        let outcome = try await CommandTransport.deliver(
            attempt, running: ["/bin/sh", "-c", #"printf '%s\0%s\0' "$LUMBUNG_UUID" "$LUMBUNG_TYPE"; cat"#],
            directory: folder.url.path)
        #expect(outcome.text == "\(poison)\0\(poison)\0\(poison)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    @Test func `a value that no variable can hold is a failure`() async throws {
        let outcome = try await CommandTransport.deliver(.sample(type: "a\0b"), to: "exit 0")
        #expect(
            outcome
                == AttemptOutcome(
                    kind: .failed, detail: "LUMBUNG_TYPE would hold a NUL character, and no variable can"))
    }

    @Test func `the program starts in its folder`() async throws {
        let folder = try ScriptFolder()
        let outcome = try await CommandTransport.deliver(running: ["/bin/pwd", "-P"], directory: folder.url.path)
        #expect(outcome.text == folder.url.resolvingSymlinksInPath().path + "\n")
    }

    @Test func `a program that cannot be started says why`() async throws {
        let folder = try ScriptFolder()
        let plain = try folder.write("#!/bin/sh\n", to: "plain", mode: 0o644)
        let orphan = try folder.write("#!/no/such/interpreter\n", to: "orphan", mode: 0o755)
        let noise = try folder.write("\u{1}\u{2}\u{3}", to: "noise", mode: 0o755)
        let reasons = [
            "/no/such/program": "there is no program /no/such/program",
            "\(plain)/below": "there is no program \(plain)/below",
            "no-such-program": "there is no program \"no-such-program\" in PATH",
            folder.url.path: "\(folder.url.path) is not a file",
            plain: "\(plain) is not executable",
            orphan: "\(orphan) or its interpreter cannot be run",
            noise: "\(noise) cannot be started: Exec format error",
        ]
        for (program, reason) in reasons {
            let outcome = try await CommandTransport.deliver(running: [program, "x"])
            #expect(outcome == AttemptOutcome(kind: .failed, detail: reason))
        }
        let outcome = try await CommandTransport.deliver(running: ["/bin/true"], directory: "/no/such/folder")
        #expect(outcome.kind == .failed)
        #expect(outcome.detail == "cannot start in the directory /no/such/folder: No such file or directory")
    }

    @Test func `a name is looked up in PATH, and again while it is not there`() async throws {
        let folder = try ScriptFolder()
        let destination = try CommandDestination(
            arguments: ["late"], environment: [("PATH", "relative::\(folder.url.path):/usr/bin:/bin")])
        let transport = CommandTransport(destination: destination)
        #expect(await transport.deliver(.sample()).kind == .failed)
        _ = try folder.write("#!/bin/sh\necho late\n", to: "late.new", mode: 0o755)
        try FileManager.default.moveItem(atPath: folder.path("late.new"), toPath: folder.path("late"))
        #expect(await transport.deliver(.sample()).text == "late\n")
    }

    @Test func `a command that cannot be one is refused`() throws {
        func refusal(
            _ arguments: [String], _ environment: [(name: String, value: String)] = [], _ directory: String? = nil
        ) -> String? {
            do throws(CommandDestinationError) {
                _ = try CommandDestination(arguments: arguments, environment: environment, directory: directory)
                return nil
            } catch { return error.description }
        }
        #expect(refusal(["/bin/true"], [("A_1", ""), ("_", "=")], "/") == nil)
        #expect(refusal([]) == "the program is missing")
        #expect(refusal([""]) == "the program is missing")
        #expect(refusal(["./run"]) == "the program must be an absolute path, or a name without a slash")
        #expect(refusal(["run", "a\0b"]) == "the program or an argument holds a NUL character")
        #expect(refusal(["run"], [("", "x")]) == "the variable \"\" has no name")
        for name in ["1A", "A=B", "A\0"] {
            let reason = "has a name with a digit in front, a \"=\" or a NUL character"
            #expect(refusal(["run"], [(name, "x")]) == "the variable \"\(name)\" \(reason)")
        }
        #expect(refusal(["run"], [("A", "\0")]) == "the variable \"A\" has a NUL character in its value")
        #expect(refusal(["run"], [("LUMBUNG_X", "")]) == "the variable \"LUMBUNG_X\" is set by Lumbung")
        #expect(refusal(["run"], [], "here") == "the directory must be an absolute path")
        #expect(refusal(["run"], [], "") == "the directory must be an absolute path")
    }

    @Test func `a command has fifteen seconds, and two more after SIGTERM`() throws {
        let destination = try CommandDestination(arguments: ["run"])
        #expect(destination.timeout == .seconds(15))
        #expect(destination.killGrace == .seconds(2))
    }
}
