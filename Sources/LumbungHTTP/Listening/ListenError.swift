import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An address that could not be listened on; its description is one line for the operator.
public struct ListenError: Error, Sendable, CustomStringConvertible {
    /// The address or name.
    public let host: String
    /// The port.
    public let port: Int
    /// Why, in words.
    public let reason: String

    init(host: String, port: Int, cause: any Error) {
        self.host = host
        self.port = port
        reason = Self.reason(cause)
    }

    /// Such as `cannot listen on 0.0.0.0:9000: address already in use (…)`.
    public var description: String { "cannot listen on \(host):\(port): \(reason)" }

    private static func reason(_ cause: any Error) -> String {
        switch cause {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            "address already in use (another program listens there; stop it or choose another port)"
        case let error as IOError where error.errnoCode == EACCES:
            "permission denied (ports below 1024 need special rights; choose a higher one)"
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL:
            "this machine has no such address"
        case is SocketAddressError:
            "the name stands for no address of this machine"
        default:
            "\(cause)".split(whereSeparator: \.isNewline).joined(separator: " ")
        }
    }
}
