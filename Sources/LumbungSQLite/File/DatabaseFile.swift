import Glibc

/// Why a file cannot be opened as an inbox; the text is one clear line for the person who started the program.
public struct DatabaseFileProblem: Error, Sendable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The looks at a database file before SQLite touches it, so that a wrong file stays as it is.
///
/// Called only while this process has no SQLite connection to the file: closing any descriptor of a file drops the
/// process's POSIX locks on it.
struct DatabaseFile {
    let path: String

    /// What the first look found.
    enum Finding: Equatable {
        /// No file, or an empty one: a new inbox may be made.
        case absent
        /// An inbox file of schema version `version` as of its last checkpoint.
        case inbox(version: Int)
        /// A SQLite file without a mark; ours only when it has no tables.
        case unmarked
    }

    /// Looks at the kind of file, its header and its size.
    /// - Throws: ``DatabaseFileProblem`` for a directory, another format, another application, a truncated file or a
    ///   newer schema.
    func inspect() throws(DatabaseFileProblem) -> Finding {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            if errno == ENOENT { return try absent() }
            throw DatabaseFileProblem("cannot look at the database file \(path): \(Self.lastError)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
            throw DatabaseFileProblem("the database path \(path) is \(kind); DATABASE_URL must name a file")
        }
        guard status.st_size > 0 else { return try absent() }
        let header = try readHeader()
        guard header.count == Self.headerBytes, Array(header[..<16]) == Self.magic else {
            throw DatabaseFileProblem("the file \(path) is not a SQLite database; it was left as it is")
        }
        try checkSize(header, fileBytes: Int(status.st_size))
        let application = Self.bigEndian(header, at: 68)
        let version = Int(Self.bigEndian(header, at: 60))
        guard application != 0 else { return .unmarked }
        guard application == UInt32(bitPattern: Schema.applicationID) else {
            throw Self.foreign(path)
        }
        try Self.checkVersion(version, path: path)
        return .inbox(version: version)
    }

    /// SQLite would throw a log away that lies beside a new file, and with it what was acknowledged.
    private func absent() throws(DatabaseFileProblem) -> Finding {
        guard hasLog else { return .absent }
        throw DatabaseFileProblem(
            "there is no database \(path), but its write-ahead log \(path)-wal is there and may hold acknowledged events; "
                + "it was left as it is. Put the database back, or move the log away to begin anew")
    }

    /// Makes the folder of the file, readable by its owner only.
    func makeFolder() throws(DatabaseFileProblem) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.utf8.startIndex else { return }
        var made = ""
        for part in path[..<slash].split(separator: "/", omittingEmptySubsequences: false) {
            made += made.isEmpty && part.isEmpty ? "/" : (made.isEmpty || made == "/" ? "" : "/") + part
            guard !made.isEmpty, made != "/" else { continue }
            if unsafe mkdir(made, 0o700) == 0 {
                // SQLite flushes the names of its files; the name of the folder they are in is nobody's but ours.
                try FileFlush.flushFolder(of: made)
            } else if errno != EEXIST {
                let reason = Self.lastError
                throw DatabaseFileProblem("cannot make the folder \(made) for the database: \(reason)")
            }
        }
    }

    /// Makes an empty file where there is none, so that the lock beside it is laid where its links lead.
    func makeEmpty() throws(DatabaseFileProblem) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DatabaseFileProblem("cannot make the database file \(path): \(Self.lastError)")
        }
        close(descriptor)
    }

    static func foreign(_ path: String) -> DatabaseFileProblem {
        DatabaseFileProblem(
            "the file \(path) is another application's SQLite database; it was left as it is. "
                + "Set DATABASE_URL to a file of Lumbung's own")
    }

    static func checkVersion(_ version: Int, path: String) throws(DatabaseFileProblem) {
        guard version > Schema.version else { return }
        throw DatabaseFileProblem(
            "the database \(path) has schema version \(version), newer than this program knows (\(Schema.version)); "
                + "it was left as it is. Start a newer Lumbung")
    }

    private func readHeader() throws(DatabaseFileProblem) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw DatabaseFileProblem("cannot read the database file \(path): \(Self.lastError)")
        }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: Self.headerBytes)
        let got = unsafe header.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, Self.headerBytes) }
        return got == Self.headerBytes ? header : []
    }

    /// A file shorter than its header says, with no write-ahead log that could hold the rest, was cut.
    private func checkSize(_ header: [UInt8], fileBytes: Int) throws(DatabaseFileProblem) {
        let stored = Int(header[16]) << 8 | Int(header[17])
        let pageBytes = stored == 1 ? 65_536 : stored
        let pages = Int(Self.bigEndian(header, at: 28))
        let sizeIsValid = Self.bigEndian(header, at: 24) == Self.bigEndian(header, at: 92)
        guard sizeIsValid, pages * pageBytes > fileBytes, !hasLog else { return }
        throw DatabaseFileProblem(
            "the database \(path) is truncated: it has \(fileBytes) of \(pages * pageBytes) bytes; it was left as it is. "
                + "Restore it from a backup")
    }

    /// Where SQLite lays the write-ahead log: beside the file that the links lead to.
    var logPath: String { Self.followed(path) + "-wal" }

    /// The path with its links followed; a file that is not there yet is no link.
    static func followed(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// Whether a write-ahead log with something in it lies beside the file.
    var hasLog: Bool {
        var status = stat()
        return unsafe stat(logPath, &status) == 0 && status.st_size > 0
    }

    /// Whether a write-ahead log lies beside the file, be it empty.
    var hasLogFile: Bool {
        var status = stat()
        return unsafe stat(logPath, &status) == 0
    }

    static var lastError: String {
        unsafe String(cString: strerror(errno))
    }

    /// The header's layout is in <https://www.sqlite.org/fileformat.html>, section 1.3.
    private static let headerBytes = 100
    private static let magic = Array("SQLite format 3\0".utf8)

    private static func bigEndian(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
