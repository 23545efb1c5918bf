import Glibc

/// The mark that one process works on an inbox file: an exclusive lock on `FILE.lock`, held until ``release(_:)`` or the
/// end of the process, however it ends.
///
/// The lock file holds the process's number while it works, and nothing once it has closed the inbox in order.
struct FileLock: Sendable {
    /// How a process lets go of an inbox.
    enum Ending {
        /// Everything is in the database file; there is no log left.
        case inOrder
        /// As the process before left it: this one has changed nothing.
        case asFound
        /// A log may hold acknowledged events.
        case leftOpen
    }

    private let descriptor: Int32
    private let found: [UInt8]

    /// Whether the process that worked on the inbox before ended without closing it.
    var wasLeftOpen: Bool { !found.isEmpty }

    /// Takes the lock or says who has it.
    /// - Throws: ``DatabaseFileProblem`` when another process holds it or the lock file cannot be made.
    init(database path: String) throws(DatabaseFileProblem) {
        let lockPath = DatabaseFile.followed(path) + ".lock"
        let descriptor = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DatabaseFileProblem("cannot make the lock file \(lockPath): \(DatabaseFile.lastError)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.digits(descriptor)
            close(descriptor)
            throw DatabaseFileProblem(
                "another Lumbung process\(Self.named(holder)) already works on \(path); only one may. "
                    + "Stop it first, or give this one another DATABASE_URL")
        }
        self.descriptor = descriptor
        found = Self.digits(descriptor)
        write(Array("\(getpid())\n".utf8))
    }

    /// Gives the lock back.
    func release(_ ending: Ending) {
        switch ending {
        case .inOrder: write([])
        case .asFound: write(found.isEmpty ? [] : found + [UInt8(ascii: "\n")])
        case .leftOpen: break
        }
        // Unlocked by name: closing alone would leave the lock with a child that is between fork and exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private func write(_ bytes: [UInt8]) {
        ftruncate(descriptor, 0)
        // A help for people and for the next start; the lock itself is what counts, so a short write does no harm.
        _ = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func named(_ digits: [UInt8]) -> String {
        digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }

    private static func digits(_ descriptor: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        let got = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, 16, 0) }
        return Array(bytes.prefix(max(0, got)).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    }
}
