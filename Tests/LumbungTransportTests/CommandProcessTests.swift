import Foundation
import LumbungCore
import LumbungTransport
import Testing

/// What a program inherits, what it leaves behind, and how it is ended.
@Suite(.timeLimit(.minutes(1))) struct CommandProcessTests {
    /// Long enough that only a timeout or a kill ends it.
    private static let waiting = "while :; do sleep 1000; done"

    @Test func `the program has default signals, an empty mask and a session of its own`() async throws {
        let status = try await CommandTransport.deliver(running: ["cat", "/proc/self/status"])
        for field in ["SigBlk:", "SigIgn:", "SigCgt:"] {
            let line = try #require(status.text.split(separator: "\n").first { $0.hasPrefix(field) })
            let set = try #require(UInt64(line.dropFirst(field.count + 1), radix: 16))
            // Signals 32 and 33 belong to glibc's threads, and its posix_spawn ignores them.
            #expect(set & 0xffff_fffe_7fff_ffff == 0, "\(field)")
        }
        // Fields 1, 5 and 6 are the process, its group and its session (proc(5)).
        let ids = try await CommandTransport.deliver(running: ["cut", "-d ", "-f1,5,6", "/proc/self/stat"])
        let numbers = Set(ids.text.split(whereSeparator: \.isWhitespace))
        #expect(numbers.count == 1)
        #expect(numbers != ["\(ProcessInfo.processInfo.processIdentifier)"])
    }

    @Test func `no descriptor of the server gets through`() async throws {
        let leaky = unsafe open("/dev/null", O_RDONLY)
        defer { close(leaky) }
        try #require(fcntl(leaky, F_GETFD) == 0)
        // The fourth is the folder that is being read.
        let outcome = try await CommandTransport.deliver(running: ["ls", "/proc/self/fd"])
        #expect(outcome.text == "0\n1\n2\n3\n")
    }

    @Test func `a program that takes too long is ended`() async throws {
        let outcome = try await CommandTransport.deliver(to: Self.waiting, timeout: .milliseconds(200))
        #expect(outcome == AttemptOutcome(kind: .timeout, detail: "not done within 0.2 seconds"))
    }

    @Test(arguments: [Duration.zero, .seconds(1)])
    func `the timeout is told in seconds`(timeout: Duration) async throws {
        let outcome = try await CommandTransport.deliver(to: Self.waiting, timeout: timeout)
        #expect(outcome.detail == (timeout == .zero ? "not done within 0 seconds" : "not done within 1 second"))
    }

    @Test func `a program that ends well on SIGTERM has still taken too long`() async throws {
        let script = "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"
        let outcome = try await CommandTransport.deliver(to: script, timeout: .seconds(1))
        #expect(outcome.kind == .timeout)
    }

    @Test func `the whole group hears of the timeout and may end well`() async throws {
        let folder = try ScriptFolder()
        let script = #"""
            trap : TERM
            (trap 'echo heard > "$OUT"; exit 0' TERM; while :; do sleep 1000 & wait $!; done) &
            wait $!; wait $!; exit 0
            """#
        let outcome = try await CommandTransport.deliver(
            to: script, environment: [("OUT", folder.path("out"))], timeout: .seconds(1), killGrace: .seconds(20))
        #expect(outcome.kind == .timeout)
        #expect(String(decoding: try folder.bytes(of: "out"), as: UTF8.self) == "heard\n")
    }

    @Test func `a group that ignores SIGTERM is killed after the grace`() async throws {
        let folder = try ScriptFolder()
        let alive = try NamedPipe(path: folder.path("alive"), holdsOpen: false)
        let script = #"exec 9> "$ALIVE"; trap '' TERM HUP INT; (\#(Self.waiting)) & \#(Self.waiting)"#
        let outcome = try await CommandTransport.deliver(
            to: script, environment: [("ALIVE", alive.path)], timeout: .milliseconds(500),
            killGrace: .milliseconds(100))
        #expect(outcome.kind == .timeout)
        #expect(await alive.next() == nil)
    }

    @Test func `the output up to the timeout is kept, however much there is`() async throws {
        let outcome = try await CommandTransport.deliver(
            to: "echo first; exec yes", timeout: .seconds(3))
        #expect(outcome.kind == .timeout)
        #expect(outcome.text.hasPrefix("first\ny\n"))
        #expect(outcome.response.count == 16_384)
    }

    @Test func `what a program leaves in its group is killed when it ends`() async throws {
        let folder = try ScriptFolder()
        let alive = try NamedPipe(path: folder.path("alive"), holdsOpen: false)
        let script = #"exec 9> "$ALIVE"; (trap '' TERM HUP INT; \#(Self.waiting)) & echo left; exit 0"#
        let outcome = try await CommandTransport.deliver(to: script, environment: [("ALIVE", alive.path)])
        #expect(outcome.kind == .delivered)
        #expect(outcome.text == "left\n")
        #expect(await alive.next() == nil)
    }

    @Test func `what left the group and holds the output is not waited for`() async throws {
        let folder = try ScriptFolder()
        let alive = try NamedPipe(path: folder.path("alive"), holdsOpen: false)
        let script = #"""
            exec 9> "$ALIVE"
            setsid sh -c 'echo $$ > "$PID.new"; mv "$PID.new" "$PID"; exec sleep 1000' &
            while [ ! -e "$PID" ]; do :; done
            echo left; exit 0
            """#
        let outcome = try await CommandTransport.deliver(
            .carrying(sampleBytes(1_000_000)), to: script,
            environment: [("ALIVE", alive.path), ("PID", folder.path("pid"))])
        #expect(outcome.kind == .delivered)
        #expect(outcome.text == "left\n")
        let text = String(decoding: try folder.bytes(of: "pid"), as: UTF8.self)
        let escaped = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(escaped, SIGKILL) == 0)
        #expect(await alive.next() == nil)
    }

    @Test func `what left the group and floods the output is cut off`() async throws {
        let folder = try ScriptFolder()
        let alive = try NamedPipe(path: folder.path("alive"), holdsOpen: false)
        let script = #"""
            exec 9> "$ALIVE"
            setsid sh -c ': > "$OUT"; exec yes' &
            while [ ! -e "$OUT" ]; do :; done
            exit 0
            """#
        let outcome = try await CommandTransport.deliver(
            to: script, environment: [("ALIVE", alive.path), ("OUT", folder.path("out"))])
        #expect(outcome.kind == .delivered)
        // Its pipe is closed, so that the next write ends it.
        #expect(await alive.next() == nil)
    }

    @Test func `what left the group does not hold up the timeout`() async throws {
        let folder = try ScriptFolder()
        let alive = try NamedPipe(path: folder.path("alive"), holdsOpen: false)
        let script = #"""
            exec 9> "$ALIVE"
            (setsid sh -c 'echo $$ > "$PID.new"; mv "$PID.new" "$PID"; exec sleep 1000' &) &
            \#(Self.waiting)
            """#
        let outcome = try await CommandTransport.deliver(
            to: script, environment: [("ALIVE", alive.path), ("PID", folder.path("pid"))], timeout: .seconds(2))
        #expect(outcome.kind == .timeout)
        let text = String(decoding: try folder.bytes(of: "pid"), as: UTF8.self)
        let escaped = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        // It is out of reach and holds the outputs open; nobody waits for it.
        #expect(kill(escaped, SIGKILL) == 0)
        #expect(await alive.next() == nil)
    }

    @Test(arguments: ["", "trap '' TERM;", "trap 'echo bye > \"$OUT\"; exit 0' TERM;"])
    func `a cut attempt ends its program`(trap: String) async throws {
        let folder = try ScriptFolder()
        let alive = try NamedPipe(path: folder.path("alive"), holdsOpen: false)
        let ready = try NamedPipe(path: folder.path("ready"), holdsOpen: true)
        let script = #"\#(trap) exec 9> "$ALIVE"; echo > "$READY"; while :; do sleep 1000 & wait $!; done"#
        let environment = [
            (name: "ALIVE", value: alive.path), (name: "READY", value: ready.path),
            (name: "OUT", value: folder.path("out")),
        ]
        // Only the program that ignores the first signal needs the second.
        let grace: Duration = trap.hasPrefix("trap ''") ? .milliseconds(100) : .seconds(60)
        let kind = try await withThrowingTaskGroup(of: AttemptOutcome.self) { group in
            group.addTask {
                try await CommandTransport.deliver(to: script, environment: environment, killGrace: grace)
            }
            #expect(await ready.next() != nil)
            group.cancelAll()
            return try await group.next()?.kind
        }
        #expect(kind == .interrupted)
        #expect(await alive.next() == nil)
        #expect(folder.exists("out") == trap.contains("bye"))
    }

    @Test func `an attempt that is cut before it begins runs nothing`() async throws {
        let folder = try ScriptFolder()
        let environment = [(name: "OUT", value: folder.path("out"))]
        let outcome = try await withThrowingTaskGroup(of: AttemptOutcome.self) { group in
            group.cancelAll()
            group.addTask { try await CommandTransport.deliver(to: #": > "$OUT""#, environment: environment) }
            return try await group.next()
        }
        #expect(outcome == AttemptOutcome(kind: .interrupted))
        #expect(!folder.exists("out"))
    }

    @Test func `runs leave no descriptor and no process behind`() async {
        await #expect(processExitsWith: .success) {
            func run(_ script: String, timeout: Duration = .seconds(60)) async throws {
                _ = try await CommandTransport.deliver(
                    .carrying(sampleBytes(100_000)), to: script, timeout: timeout, killGrace: .milliseconds(20))
            }
            func descriptors() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            }
            try await run("cat")
            let before = try descriptors()
            for _ in 0..<10 {
                try await run("cat")
                try await run("exit 3")
                try await run("kill -9 $$")
                try await run("sleep 1000 & exit 0")
                try await run("trap '' TERM; while :; do sleep 1000; done", timeout: .milliseconds(20))
                _ = try await CommandTransport.deliver(running: ["/no/such/program"])
                _ = try await CommandTransport.deliver(running: ["/bin/true"], directory: "/no/such/folder")
            }
            #expect(try descriptors() == before)
            let child = waitpid(-1, nil, WNOHANG)
            let reason = errno
            #expect(child == -1)
            #expect(reason == ECHILD)
        }
    }

    @Test func `a program that closes its input does not end the server`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGPIPE, SIG_DFL)
            let outcome = try await CommandTransport.deliver(
                .carrying(sampleBytes(1_000_000)), to: "exec 0<&-; head -c 20000000 /dev/zero")
            #expect(outcome.kind == .delivered)
        }
    }
}
