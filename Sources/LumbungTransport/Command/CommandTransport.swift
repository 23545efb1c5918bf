import Glibc
public import LumbungCore
import Subprocess
import SystemPackage

/// Delivers events to a program: one run for each attempt, with the payload, byte for byte, on its standard input.
///
/// Delivery: exit 0 is success. Any other exit code or a signal is a failure (`exit`), 75 as well (EX_TEMPFAIL of
/// sysexits.h, "try again later"). A program that cannot be started is `failed`. The first
/// ``AttemptOutcome/keptResponseBytes`` of both outputs together are kept, the rest is read and thrown away. When the
/// destination's timeout is over, the program's process group gets SIGTERM, and SIGKILL after the grace.
///
/// The program sees a clean environment (`CommandEnvironment`), no descriptor but its standard ones, default signal
/// handling, and an empty signal mask. Values of the event reach it in variables only, never as arguments.
public final class CommandTransport: Transport {
    private let destination: CommandDestination
    private let environment: CommandEnvironment
    private let program: String?

    /// Makes a transport: reads the server's variables and looks the program up in `PATH`.
    ///
    /// A program that is not there yet is looked up again on every attempt. Where the process would end by SIGPIPE,
    /// the signal is ignored from now on: a program may close its input while it is written to.
    public init(destination: CommandDestination) {
        self.destination = destination
        environment = CommandEnvironment(own: destination.environment)
        program = destination.arguments.first.flatMap { [path = environment.path] in ProgramFile.find($0, path: path) }
        Self.ignoreBrokenPipes()
    }

    /// Tries once to deliver, as ``CommandTransport`` promises.
    public func deliver(_ attempt: Attempt) async -> AttemptOutcome {
        let start = ContinuousClock.now
        guard !Task.isCancelled else { return AttemptOutcome(kind: .interrupted) }
        guard let name = destination.arguments.first,
            let program = program ?? ProgramFile.find(name, path: environment.path)
        else {
            return .notStarted("there is no program \"\(destination.arguments.first ?? "")\" in PATH")
        }
        let variables = environment.variables(for: attempt)
        if let bad = variables.first(where: { $0.value.utf8.contains(0) }) {
            return .notStarted("\(bad.key) would hold a NUL character, and no variable can")
        }
        let run = ProgramRun(
            configuration: configuration(program: program, variables: variables),
            deadline: start.advanced(by: Self.bounded(destination.timeout)),
            killGrace: Self.bounded(destination.killGrace)
        )
        do {
            return outcome(of: try await run.perform(payload: attempt.lease.event.payload))
        } catch {
            if Task.isCancelled { return AttemptOutcome(kind: .interrupted) }
            return .notStarted(reason(error, program: program))
        }
    }

    private func configuration(program: String, variables: [String: String]) -> Configuration {
        var keyed: [Environment.Key: String] = [:]
        for (name, value) in variables { keyed[Environment.Key(stringLiteral: name)] = value }
        return Configuration(
            executable: .path(FilePath(program)),
            arguments: Arguments(Array(destination.arguments.dropFirst())),
            environment: .custom(keyed),
            workingDirectory: destination.directory.map { FilePath($0) }
        )
    }

    private func outcome(of report: ProgramRun.Report) -> AttemptOutcome {
        switch (report.cause, report.status) {
        case (.cut, _):
            AttemptOutcome(kind: .interrupted, response: report.output)
        case (.timeOver, _):
            AttemptOutcome(
                kind: .timeout, response: report.output,
                detail: "not done within \(Self.bounded(destination.timeout).words)")
        case (.ended, .exited(0)):
            AttemptOutcome(kind: .delivered, response: report.output)
        case (.ended, .exited(let code)):
            AttemptOutcome(
                kind: .exit, statusCode: Int(code), response: report.output,
                detail: code == EX_TEMPFAIL ? "asked for a retry (exit \(code))" : "exited with \(code)")
        case (.ended, .signaled(let signal)):
            AttemptOutcome(kind: .exit, response: report.output, detail: "ended by signal \(signal)")
        }
    }

    private func reason(_ error: any Error, program: String) -> String {
        guard let error = error as? SubprocessError else { return "\(error)" }
        let words = error.underlyingError.map { "\($0)" } ?? "the system says no more"
        switch error.code {
        case .failedToChangeWorkingDirectory:
            return "cannot start in the directory \(destination.directory ?? ""): \(words)"
        case .executableNotFound:
            // The file itself looks well when it is a script and the interpreter of its first line is missing.
            return ProgramFile.problem(with: program) ?? "\(program) or its interpreter cannot be run"
        case .spawnFailed:
            return "\(program) cannot be started: \(words)"
        default:
            return "\(program) cannot be watched: \(words)"
        }
    }

    private static func bounded(_ duration: Duration) -> Duration {
        max(.zero, min(duration, CommandDestination.longestTimeout))
    }

    private static func ignoreBrokenPipes() {
        var current = sigaction()
        guard unsafe sigaction(SIGPIPE, nil, &current) == 0 else { return }
        // SIG_DFL is the null pointer; whoever handles the signal already keeps what is set.
        if unsafe current.__sigaction_handler.sa_handler == nil { _ = signal(SIGPIPE, SIG_IGN) }
    }
}

extension AttemptOutcome {
    fileprivate static func notStarted(_ reason: String) -> AttemptOutcome {
        AttemptOutcome(kind: .failed, detail: reason)
    }
}
