#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Small files read whole: the config file and files that hold a secret.
enum BoundedFile {
    /// The largest file that holds one value, in bytes.
    static let valueMaxBytes = 65_536

    /// Why a file was not read.
    enum Fault: Error, Equatable {
        /// There is nothing at the path.
        case missing
        /// The file is longer than the limit, in bytes.
        case tooLarge(limit: Int)
        /// The content is not UTF-8; the offset is that of the first wrong byte.
        case notUTF8(offset: Int)
        /// The system's reason.
        case failed(String)

        var reason: String {
            switch self {
            case .missing: "there is no such file"
            case .tooLarge(let limit): "it is larger than \(limit) bytes"
            case .notUTF8(let offset): "it is not UTF-8 text (byte \(offset + 1))"
            case .failed(let reason): reason
            }
        }
    }

    /// The file's text.
    ///
    /// - Throws: ``Fault`` when it cannot be opened or read, is longer than `limitBytes`, or is not UTF-8.
    static func text(at path: String, limitBytes: Int) throws(Fault) -> String {
        let bytes = try self.bytes(at: path, limitBytes: limitBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8(offset: validPrefixCount(bytes))
        }
        return text
    }

    /// The value that a file holds: its text without a single line end at its end; it may be empty.
    ///
    /// - Throws: ``Fault`` as ``text(at:limitBytes:)`` does, with a limit of ``valueMaxBytes``.
    static func value(at path: String) throws(Fault) -> String {
        var text = try self.text(at: path, limitBytes: valueMaxBytes)
        // A line end is one Character, `\r\n` too.
        if text.last?.isNewline == true { text.removeLast() }
        return text
    }

    /// The path from the working directory, unless it is absolute.
    static func resolve(_ path: String, in workingDirectory: String) -> String {
        path.hasPrefix("/") || workingDirectory == "." ? path : workingDirectory + "/" + path
    }

    /// The file's bytes.
    ///
    /// - Throws: ``Fault`` when it cannot be opened or read, or is longer than `limitBytes`.
    static func bytes(at path: String, limitBytes: Int) throws(Fault) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw .failed("the path holds a zero byte") }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .missing : .failed(systemReason())
        }
        defer { _ = close(descriptor) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return result }
            if count < 0 {
                if errno == EINTR { continue }
                throw .failed(systemReason())
            }
            result += buffer[..<count]
            guard result.count <= limitBytes else { throw .tooLarge(limit: limitBytes) }
        }
    }

    private static func systemReason() -> String {
        let number = errno
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text).lowercased()
    }

    private static func validPrefixCount(_ bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var count = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            count += UTF8.width(scalar)
        }
        return count
    }
}
