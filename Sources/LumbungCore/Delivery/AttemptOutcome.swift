/// How one attempt ended, as the transport saw it.
public struct AttemptOutcome: Sendable, Hashable {
    /// The closed set of endings; the raw value is stored and used as a metric label.
    public enum Kind: String, Sendable, CaseIterable {
        /// The destination took it.
        case delivered
        /// The destination answered with a status that is no success.
        case status
        /// No answer within the timeout.
        case timeout
        /// Nothing listens there.
        case refused
        /// The name could not be resolved.
        case dns
        /// The connection broke.
        case reset
        /// No trusted TLS connection could be made.
        case tls
        /// The destination sent more before the body of its answer than an answer may have.
        case tooLarge = "too_large"
        /// The address is private and the destination may not reach private addresses.
        case blocked
        /// The program ended with another exit code than 0, or by a signal.
        case exit
        /// The stored payload no longer matches its digest; nothing was sent.
        case corrupt
        /// The destination exists no more in the configuration.
        case unconfigured
        /// Cut by a shutdown before it ended.
        case interrupted
        /// Anything else.
        case failed
    }

    /// How it ended.
    public var kind: Kind
    /// The HTTP status, when one was received, or the exit code of a program that failed.
    public var statusCode: Int?
    /// The head of the response body or output, at most ``keptResponseBytes``.
    public var response: [UInt8]
    /// A sentence for the operator; empty on success.
    public var detail: String
    /// How long the destination asked to wait, on 429 and 503.
    public var retryAfter: Duration?
    /// Whether the destination says that there is no point in trying again, whatever the policy.
    public var isPermanent = false
    /// Whether the store has the result already, written together with what a handler did.
    public var isRecorded = false

    /// How much of a response is kept, in bytes (CONTRACT: 16 KiB).
    public static let keptResponseBytes = 16_384

    /// Describes an ending; a longer response is cut to ``keptResponseBytes``.
    public init(
        kind: Kind,
        statusCode: Int? = nil,
        response: [UInt8] = [],
        detail: String = "",
        retryAfter: Duration? = nil
    ) {
        self.kind = kind
        self.statusCode = statusCode
        self.response = response.count > Self.keptResponseBytes ? Array(response[..<Self.keptResponseBytes]) : response
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// A success without a response worth keeping.
    public static let delivered = AttemptOutcome(kind: .delivered)
}
