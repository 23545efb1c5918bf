import Glibc

/// Flushes what another part of the process has written to a file by name.
enum FileFlush {
    /// Flushes a file's contents to disk.
    /// - Throws: ``DatabaseFileProblem``.
    static func flush(_ path: String) throws(DatabaseFileProblem) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DatabaseFileProblem("cannot open \(path): \(DatabaseFile.lastError)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw DatabaseFileProblem("cannot flush \(path): \(DatabaseFile.lastError)")
        }
    }

    /// Flushes the folder of a file, so that its new name survives a power cut.
    /// - Throws: ``DatabaseFileProblem``.
    static func flushFolder(of path: String) throws(DatabaseFileProblem) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        try flush(slash.map { String(path[...$0]) } ?? ".")
    }
}
