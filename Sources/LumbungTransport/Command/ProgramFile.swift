import Glibc
import SystemPackage

/// Finds programs, and says in words why one cannot be started.
enum ProgramFile {
    /// The program's path: an absolute path as it is, a name looked up in the absolute folders of `path`.
    static func find(_ program: String, path: String) -> String? {
        guard program.utf8.first != UInt8(ascii: "/") else { return program }
        for folder in path.split(separator: ":") where folder.utf8.first == UInt8(ascii: "/") {
            let candidate = "\(folder)/\(program)"
            if problem(with: candidate) == nil { return candidate }
        }
        return nil
    }

    /// Why a program at a path cannot be started, as far as the file itself tells; `nil` when it looks well.
    static func problem(with path: String) -> String? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            let number = errno
            guard number != ENOENT, number != ENOTDIR else { return "there is no program \(path)" }
            return "\(path) cannot be looked at: \(Errno(rawValue: number))"
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return "\(path) is not a file" }
        guard unsafe access(path, X_OK) == 0 else { return "\(path) is not executable" }
        return nil
    }
}
