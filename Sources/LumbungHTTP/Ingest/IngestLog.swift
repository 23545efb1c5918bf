public import LumbungKit

/// Who is told about every ingest request; the composition root writes it to the log.
///
/// Called on event loops: it must not block.
public protocol IngestLog: Sendable {
    /// Whether accepted requests and handshakes are wanted; asked for each of them before anything is built.
    var isEnabled: Bool { get }

    /// Everything in the body of a request is durable.
    func accepted(_ request: LoggedRequest, _ receipt: Receipt)

    /// A request was a handshake and got its answer; nothing of it was stored.
    func answered(_ request: LoggedRequest, _ answer: HandshakeAnswer)

    /// A request did not prove who sent it and is kept in quarantine.
    func quarantined(_ request: LoggedRequest, _ receipt: QuarantineReceipt)

    /// A request was refused, by the listener or by the intake; nothing of it was stored.
    func refused(_ request: LoggedRequest, _ problem: Problem)
}

/// What a log may know of a request.
public struct LoggedRequest: Sendable, Hashable {
    /// The method as sent, or `-` when no head could be read.
    public var method: String
    /// The path as sent, still percent-encoded, without the query, which may hold a token; `-` without a readable head.
    public var path: String
    /// The configured source it is for; nil when the path names none.
    public var source: String?
    /// The `Content-Length`; nil for a chunked body.
    public var contentLength: Int?

    /// Describes a request.
    public init(method: String, path: String, source: String?, contentLength: Int?) {
        self.method = method
        self.path = path
        self.source = source
        self.contentLength = contentLength
    }
}
