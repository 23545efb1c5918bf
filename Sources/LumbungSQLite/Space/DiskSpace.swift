import Glibc

/// The file system under the database: its free space, and the ballast file that is given up when it is full.
struct DiskSpace {
    let databasePath: String

    private var ballastPath: String { databasePath + ".ballast" }

    /// Reads the free space for this user; nil when the file system does not tell.
    func read() -> AdmissionFloor.Space? {
        var status = statvfs()
        let folder = databasePath.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(databasePath[...$0]) } ?? "."
        guard unsafe statvfs(folder, &status) == 0 else { return nil }
        let block = Int64(clamping: status.f_frsize)
        return AdmissionFloor.Space(
            totalBytes: Int64(clamping: status.f_blocks).multipliedHeld(by: block),
            freeBytes: Int64(clamping: status.f_bavail).multipliedHeld(by: block)
        )
    }

    /// The file's own number on its file system; nil when there is no such file.
    func fileNumber() -> UInt64? {
        var status = stat()
        return unsafe stat(databasePath, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    /// Whether the path still leads to the file of a number, as far as the file system tells.
    func isStillThere(_ number: UInt64?) -> Bool {
        guard let number else { return true }
        var status = stat()
        guard unsafe stat(databasePath, &status) == 0 else {
            // The file, or a folder on the way to it. Any other error says nothing about the file.
            return errno != ENOENT && errno != ENOTDIR
        }
        return UInt64(status.st_ino) == number
    }

    /// Lays the ballast down if it is not there and there is room for twice its size above the floor.
    func layBallast() {
        guard let space = read() else { return }
        let bytes = AdmissionFloor.ballast(of: space)
        guard space.freeBytes > AdmissionFloor.floor(of: space) + 2 * bytes else { return }
        let descriptor = unsafe open(ballastPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        if posix_fallocate(descriptor, 0, off_t(bytes)) != 0 { unsafe _ = unlink(ballastPath) }
        close(descriptor)
    }

    /// Gives the ballast up.
    /// - Returns: Whether there was any.
    func dropBallast() -> Bool {
        unsafe unlink(ballastPath) == 0
    }
}

extension Int64 {
    fileprivate func multipliedHeld(by other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
