import Dispatch
import Foundation
import LumbungCore
import LumbungTransport

extension CommandTransport {
    /// Delivers one attempt to a script that `/bin/sh` reads from its arguments.
    static func deliver(
        _ attempt: Attempt = .sample(),
        to script: String,
        environment: [(name: String, value: String)] = [],
        timeout: Duration = .seconds(60),
        killGrace: Duration = .seconds(60)
    ) async throws -> AttemptOutcome {
        try await deliver(
            attempt, running: ["/bin/sh", "-c", script], environment: environment, timeout: timeout,
            killGrace: killGrace)
    }

    /// Delivers one attempt to a program.
    static func deliver(
        _ attempt: Attempt = .sample(),
        running arguments: [String],
        environment: [(name: String, value: String)] = [],
        directory: String? = nil,
        timeout: Duration = .seconds(60),
        killGrace: Duration = .seconds(60)
    ) async throws -> AttemptOutcome {
        var destination = try CommandDestination(
            arguments: arguments, environment: environment, directory: directory)
        destination.timeout = timeout
        destination.killGrace = killGrace
        let transport = CommandTransport(destination: destination)
        let outcome = await transport.deliver(attempt)
        await transport.shutdown()
        return outcome
    }
}

extension Attempt {
    /// An attempt with a payload of any bytes.
    static func carrying(_ payload: [UInt8]) -> Attempt {
        var attempt = Attempt.sample()
        attempt.lease.event.payload = payload
        return attempt
    }
}

extension AttemptOutcome {
    /// The kept output as text.
    var text: String { String(decoding: response, as: UTF8.self) }
}

/// Bytes that no text is made of, the same on every run.
func sampleBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8) ^ ($0 >> 16)) }
}

/// A folder for one test, with what its script needs.
final class ScriptFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(component: "lumbung-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String {
        url.appending(component: name).path
    }

    func write(_ text: String, to name: String, mode: Int) throws -> String {
        try Data(text.utf8).write(to: url.appending(component: name))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
        return path(name)
    }

    func bytes(of name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url.appending(component: name)))
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name))
    }
}

/// A named pipe: the way a script tells a test that something has happened.
final class NamedPipe: Sendable {
    let path: String
    private let descriptor: Int32

    /// - Parameter holdsOpen: Whether the test itself holds the writing end, so that a read waits for a byte and the
    ///   pipe never ends. Without it the pipe ends when the last writer is gone.
    init(path: String, holdsOpen: Bool) throws {
        self.path = path
        guard unsafe mkfifo(path, 0o600) == 0 else { throw POSIXError(.EIO) }
        let mode = holdsOpen ? O_RDWR : O_RDONLY
        descriptor = unsafe open(path, mode | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0, fcntl(descriptor, F_SETFL, mode) == 0 else { throw POSIXError(.EIO) }
    }

    deinit {
        close(descriptor)
    }

    /// Waits for the next byte; `nil` when every writer is gone.
    func next() async -> UInt8? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                var byte: UInt8 = 0
                let count = unsafe read(descriptor, &byte, 1)
                continuation.resume(returning: count == 1 ? byte : nil)
            }
        }
    }
}
