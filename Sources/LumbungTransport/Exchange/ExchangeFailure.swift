import AsyncHTTPClient
import Glibc
import LumbungCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What an error during an exchange means for the attempt.
struct ExchangeFailure {
    let kind: AttemptOutcome.Kind
    let detail: String
    /// Whether nothing was sent because no connection came about, so that another address may be tried.
    let isBeforeSending: Bool

    private static let closedEarly = "the connection was closed before the answer ended"

    private init(_ kind: AttemptOutcome.Kind, _ detail: String, isBeforeSending: Bool = false) {
        self.kind = kind
        self.detail = detail
        self.isBeforeSending = isBeforeSending
    }

    /// Sorts an error of AsyncHTTPClient or of what lies below it.
    /// - Parameters:
    ///   - error: The error.
    ///   - isSecure: Whether a TLS handshake belongs to the connection.
    init(_ error: any Error, isSecure: Bool = false) {
        switch error {
        // The client's own patience ends just before that of the handshake: which of the two it waited for, it does not say.
        case let error as HTTPClientError where isSecure && error == .connectTimeout:
            self.init(.timeout, "no TCP connection or no TLS handshake in time", isBeforeSending: true)
        case is CancellationError: self.init(.interrupted, "cut before it ended")
        case let error as HTTPClientError: self.init(error)
        case let error as IOError: self.init(errno: error.errnoCode)
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first {
                self.init(first.error)
            } else {
                self.init(.dns, "no address")
            }
        case let error as ChannelError: self.init(error)
        case let error as WrongPeer: self.init(.blocked, error.description, isBeforeSending: true)
        case let error as OwnListener: self.init(.blocked, error.description)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self.init(.tls, "no trusted TLS connection: \(Self.reason(error))", isBeforeSending: true)
        case let error as AnswerTooLarge: self.init(.tooLarge, error.description)
        case let error as NoStatus: self.init(.failed, "the answer is no valid HTTP: \(error)")
        case HTTPParserError.headerOverflow:
            self.init(.tooLarge, "the head of the answer has more or longer fields than it may have")
        case HTTPParserError.invalidEOFState: self.init(.reset, Self.closedEarly)
        case is HTTPParserError: self.init(.failed, "the answer is no valid HTTP: \(error)")
        default: self.init(.failed, "\(error)")
        }
    }

    /// BoringSSL's own word for the reason, such as `CERTIFICATE_VERIFY_FAILED`; its whole text names places in its source.
    private static func reason(_ error: any Error) -> String {
        let text = String(describing: error)
        guard let mark = text.firstRange(of: "OPENSSL_internal:") else {
            return String(text.prefix { $0 != "(" && $0 != "\n" })
        }
        return String(text[mark.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
    }

    private init(_ error: HTTPClientError) {
        switch error {
        case .cancelled: self.init(.interrupted, "cut before it ended")
        case .connectTimeout: self.init(.timeout, "no connection in time", isBeforeSending: true)
        case .tlsHandshakeTimeout: self.init(.timeout, "no TLS handshake in time", isBeforeSending: true)
        case .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout:
            self.init(.timeout, "no answer in time")
        case .remoteConnectionClosed: self.init(.reset, Self.closedEarly)
        default: self.init(.failed, error.shortDescription)
        }
    }

    private init(_ error: ChannelError) {
        switch error {
        case .connectTimeout: self.init(.timeout, "no connection in time", isBeforeSending: true)
        case .ioOnClosedChannel, .alreadyClosed, .eof, .inputClosed, .outputClosed:
            self.init(.reset, Self.closedEarly)
        default: self.init(.failed, "\(error)")
        }
    }

    private init(errno code: Int32) {
        switch code {
        case ECONNREFUSED: self.init(.refused, "connection refused", isBeforeSending: true)
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT, EACCES, EPERM:
            self.init(.refused, "no way there (error number \(code))", isBeforeSending: true)
        case ETIMEDOUT: self.init(.timeout, "no connection in time")
        case ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN, EBADF:
            self.init(.reset, "the connection was reset")
        default: self.init(.failed, "error number \(code)")
        }
    }
}

/// A connection that leads to another address than the one that was checked.
struct WrongPeer: Error, CustomStringConvertible {
    let wanted: IPAddress

    var description: String { "the connection does not lead to \(wanted)" }
}
