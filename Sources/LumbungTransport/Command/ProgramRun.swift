import LumbungCore
import Subprocess
import Synchronization

/// One run of a program: fed, drained, and ended when its time is over.
///
/// The program leads a session and so a process group of its own. Everything that outlives the program in this group
/// is killed when it ends, and what then still holds its output is not waited for.
struct ProgramRun: Sendable {
    /// What came first.
    enum Cause: Sendable {
        /// The program ended by itself.
        case ended
        /// The deadline.
        case timeOver
        /// The cancellation of the task.
        case cut
    }

    /// How a run went.
    struct Report: Sendable {
        var cause: Cause
        var status: TerminationStatus
        /// The head of both outputs in the order they were written.
        var output: [UInt8]
    }

    private typealias Running = Execution<CustomWriteInput, SequenceOutput, CombinedErrorOutput>

    private enum Part: Sendable {
        case fed
        case output([UInt8])
        case cause(Cause)
    }

    /// Longer than any run, since a wait needs a length; see ``waitForEnd(of:)``.
    private static let never: Duration = .seconds(365 * 86_400)

    let configuration: Configuration
    let deadline: ContinuousClock.Instant
    let killGrace: Duration

    /// Runs the program to its end.
    ///
    /// Returns soon after the program has ended, at the latest `killGrace` after the deadline or after a cancellation.
    /// - Throws: `SubprocessError` when the program cannot be started or watched.
    func perform(payload: [UInt8]) async throws -> Report {
        var configuration = configuration
        configuration.platformOptions.createSession = true
        // On a cancellation the library runs this beside `watch`, maybe just when the program is reaped and its
        // process group's number is free again. So this one sends to the process descriptor only, and nothing but
        // a probe at first; what ends the group is in `watch`, which runs before the reaping.
        configuration.platformOptions.teardownSequence = [.wait(killGrace + .seconds(1))]
        let result = try await Subprocess.run(
            configuration, input: .inputWriter, output: .sequence, error: .combinedWithOutput
        ) { running in
            await attend(running, payload: payload)
        }
        let (cause, output) = result.closureResult
        return Report(cause: cause, status: result.terminationStatus, output: output)
    }

    private func attend(_ running: Running, payload: [UInt8]) async -> (Cause, [UInt8]) {
        let end = EndMark()
        return await withTaskGroup(of: Part.self, returning: (Cause, [UInt8]).self) { group in
            group.addTask {
                await Self.feed(payload, to: running.standardInputWriter)
                return .fed
            }
            group.addTask { .output(await Self.drain(running.standardOutput, until: end)) }
            group.addTask { .cause(await watch(running, marking: end)) }
            var cause = Cause.cut
            var output: [UInt8] = []
            for await part in group {
                switch part {
                case .fed: break
                case .output(let bytes): output = bytes
                case .cause(let first): cause = first
                }
            }
            return (cause, output)
        }
    }

    /// Writes the payload and closes the pipe.
    ///
    /// A program may end, or close its input, before it has read everything. That is no failure: its exit code says
    /// what it thinks of the event. So errors of writing are dropped here.
    private static func feed(_ payload: [UInt8], to input: StandardInputWriter) async {
        _ = try? await input.write(payload)
        try? await input.finish()
    }

    /// Reads both outputs to their end and keeps the head.
    ///
    /// When the program has ended, the library's reads return what is in the pipe and then nothing. Who else holds the
    /// pipe may keep filling it, so after the end no more is read than is kept.
    private static func drain(_ output: SubprocessOutputSequence, until end: EndMark) async -> [UInt8] {
        var kept: [UInt8] = []
        do {
            for try await chunk in output {
                let room = AttemptOutcome.keptResponseBytes - kept.count
                unsafe chunk.withUnsafeBytes { bytes in unsafe kept.append(contentsOf: bytes.prefix(room)) }
                if end.isSet, kept.count == AttemptOutcome.keptResponseBytes { break }
            }
        } catch {
            // A pipe that cannot be read is closed after the run; the exit code still tells how the run went.
        }
        return kept
    }

    /// Waits for the end, brings it about when it must come, and kills what is left of the process group.
    private func watch(_ running: Running, marking end: EndMark) async -> Cause {
        let cause = await withTaskGroup(of: Cause.self, returning: Cause.self) { group in
            group.addTask {
                await running.teardown(using: [.wait(Self.never)])
                return .ended
            }
            group.addTask {
                let slept: Void? = try? await Task.sleep(until: deadline, clock: .continuous)
                return slept == nil ? .cut : .timeOver
            }
            let first = await group.next() ?? .cut
            group.cancelAll()
            if first != .ended {
                await running.teardown(
                    using: [
                        .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: killGrace)
                    ])
            }
            await group.waitForAll()
            return first
        }
        end.set()
        // The program has ended and is not reaped before this task is done, so that the number of its group is still
        // its own. An error means that nothing is left of the group.
        try? running.send(signal: .kill, toProcessGroup: true)
        return cause
    }
}

extension TeardownStep {
    /// Waits for the program's end.
    ///
    /// Signal 0 reaches nobody: it only asks whether the process is there (kill(2)).
    fileprivate static func wait(_ duration: Duration) -> TeardownStep {
        .send(signal: Signal(rawValue: 0), allowedDurationToNextStep: duration)
    }
}

/// Set once, when the program has ended.
private final class EndMark: Sendable {
    private let mark = Atomic(false)

    var isSet: Bool { mark.load(ordering: .acquiring) }

    func set() {
        mark.store(true, ordering: .releasing)
    }
}
