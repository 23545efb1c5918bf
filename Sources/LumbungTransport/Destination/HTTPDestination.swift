public import LumbungSignatures

/// An HTTP destination as the operator configured it.
public struct HTTPDestination: Sendable {
    /// Where requests go.
    public let url: DestinationURL
    /// The operator's own headers, in order.
    public let headers: [(name: String, value: String)]
    /// What each request is signed with, one signature a secret (Standard Webhooks 1.0.0); without any it is not signed.
    ///
    /// During a rotation these are the new secret and the old one.
    public var secrets: [SigningSecret] = []
    /// What proves the sender anew, when events of its sources should be taken as if they came from it; nil for nothing.
    public var proof: SenderProof?
    /// The time for the whole exchange: lookup, connection, request and response with its body.
    public var timeout: Duration = .seconds(15)
    /// How many connections may be open at once.
    public var concurrency = 5
    /// Whether addresses that are not public may be reached.
    public var allowPrivate = false
    /// The product name and version sent as `user-agent`.
    public var userAgent = "Lumbung"

    /// What was read from the files of ``DestinationTLS``.
    let credentials: TLSCredentials

    /// Checks an address, own headers and the files for TLS, which are read now and not again.
    ///
    /// Own headers replace those of the same name, but cannot be ones that frame the message (`host`,
    /// `content-length` and the like) or that say what is delivered (`webhook-…`, `lumbung-…`).
    ///
    /// - Throws: ``HTTPDestinationError`` with what is wrong.
    public init(
        url: String,
        headers: [(name: String, value: String)] = [],
        tls: DestinationTLS = DestinationTLS()
    ) throws(HTTPDestinationError) {
        self.url = try DestinationURL(url)
        for (name, value) in headers { try HeaderText.checkOwn(name: name, value: value) }
        self.headers = headers
        guard self.url.isSecure || tls == DestinationTLS() else { throw .tlsWithoutHTTPS }
        credentials = try TLSCredentials(tls)
    }
}

/// The files that a destination's TLS connections use, all PEM, each of at most ``longestFile`` bytes.
public struct DestinationTLS: Sendable, Hashable {
    /// The longest file, in bytes.
    public static let longestFile = 1_048_576

    /// Certificates of the authorities that may vouch for the destination; only these may, the system's are not asked.
    ///
    /// `nil` for the authorities that the system trusts.
    public var caFile: String?
    /// The certificate that Lumbung shows, followed by those between it and its authority; `nil` for none.
    public var clientCertificateFile: String?
    /// The private key of the certificate, without a passphrase; needed with it, and not without it.
    public var clientKeyFile: String?

    /// Names the files.
    public init(caFile: String? = nil, clientCertificateFile: String? = nil, clientKeyFile: String? = nil) {
        self.caFile = caFile
        self.clientCertificateFile = clientCertificateFile
        self.clientKeyFile = clientKeyFile
    }
}

/// What is wrong with a destination's configuration.
public enum HTTPDestinationError: Error, Hashable, CustomStringConvertible {
    /// The URL cannot be used.
    case url(reason: String)
    /// A header cannot be used.
    case header(name: String, reason: String)
    /// A file for TLS cannot be used; `role` says what it is for.
    case file(role: String, path: String, reason: String)
    /// There are files for TLS, and a URL without it.
    case tlsWithoutHTTPS
    /// There is a client certificate without its key, or a key without its certificate.
    case clientCertificateAndKey

    /// One sentence for the operator; it never shows a header's value or what a file holds.
    public var description: String {
        switch self {
        case .url(let reason): "the URL \(reason)"
        case .header(let name, let reason): "the header \"\(name)\" \(reason)"
        case .file(let role, let path, let reason): "the \(role) file \"\(path)\" \(reason)"
        case .tlsWithoutHTTPS: "CA and client certificate files need a URL that begins with https://"
        case .clientCertificateAndKey: "a client certificate file and a client key file need each other"
        }
    }
}
