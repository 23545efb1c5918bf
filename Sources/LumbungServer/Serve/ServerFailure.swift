/// Why the server ended, as one line and an exit code.
public struct ServerFailure: Error, Sendable, CustomStringConvertible {
    /// The line.
    public let description: String
    /// The process's exit code.
    public let exitCode: Int32

    init(_ description: String, exitCode: Int32 = 1) {
        self.description = description
        self.exitCode = exitCode
    }

    /// The store met an I/O error: nothing may be acknowledged by this process any more (PROMISES 8).
    static func storeStopped(_ reason: String) -> ServerFailure {
        ServerFailure(
            "the store has stopped: \(reason). Nothing was acknowledged after that; what was answered 503 may or may not "
                + "be stored, and a resend finds out. Check the disk and the file, then start again")
    }
}
