import Glibc

/// Makes the whole write-ahead log durable without SQLite.
///
/// A flush that failed in an earlier process may have left frames in the system's cache that it counts as written; a new
/// flush would succeed and write nothing. So every byte is written once more, as it is, and then flushed. Only while this
/// process holds the inbox's lock and nobody writes; readers see no difference. SQLite takes no locks on the log itself,
/// so that closing its descriptor drops none.
enum LogRewriting {
    /// Writes a log over with itself and flushes it; a log that is not there is left alone.
    /// - Throws: ``DatabaseFileProblem`` when it cannot be read, written or flushed.
    static func rewrite(_ path: String) throws(DatabaseFileProblem) {
        let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw problem(path)
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset: off_t = 0
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe pread(descriptor, $0.baseAddress, $0.count, offset)
            }
            guard count >= 0 else { throw problem(path) }
            guard count > 0 else { break }
            let written = unsafe buffer.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, count, offset) }
            guard written == count else { throw problem(path) }
            offset += off_t(count)
        }
        guard fdatasync(descriptor) == 0 else { throw problem(path) }
    }

    private static func problem(_ path: String) -> DatabaseFileProblem {
        DatabaseFileProblem("cannot make the write-ahead log \(path) durable: \(DatabaseFile.lastError)")
    }
}
