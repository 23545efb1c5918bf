import Glibc

/// The mark that one process works on an inbox file: an exclusive lock on `FILE.lock`, held until ``release()`` or the
/// end of the process, however it ends.
struct FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock or says who has it.
    /// - Throws: ``DatabaseFileProblem`` when another process holds it or the lock file cannot be made.
    init(database path: String) throws(DatabaseFileProblem) {
        let lockPath = path + ".lock"
        let descriptor = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DatabaseFileProblem("cannot make the lock file \(lockPath): \(DatabaseFile.lastError)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.holder(descriptor)
            close(descriptor)
            throw DatabaseFileProblem(
                "another Lumbung process\(holder) already works on \(path); only one may. "
                    + "Stop it first, or give this one another DATABASE_URL")
        }
        self.descriptor = descriptor
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        // The number is a help for people; the lock itself is what counts, so a short write does no harm.
        _ = unsafe text.utf8CString.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count - 1, 0) }
    }

    /// Gives the lock back.
    func release() {
        // Unlocked by name: closing alone would leave the lock with a child that is between fork and exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let got = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, 16, 0) }
        let digits = bytes.prefix(max(0, got)).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }
}
