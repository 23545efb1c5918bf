/// An HTTP destination as the operator configured it.
public struct HTTPDestination: Sendable {
    /// Where requests go.
    public let url: DestinationURL
    /// The operator's own headers, in order.
    public let headers: [(name: String, value: String)]
    /// The time for the whole exchange: lookup, connection, request and response with its body.
    public var timeout: Duration = .seconds(15)
    /// How many connections may be open at once.
    public var concurrency = 5
    /// Whether addresses that are not public may be reached.
    public var allowPrivate = false
    /// The product name and version sent as `user-agent`.
    public var userAgent = "Lumbung"

    /// Checks an address and own headers.
    ///
    /// Own headers replace those of the same name, but cannot be ones that frame the message (`host`,
    /// `content-length` and the like) or that say what is delivered (`webhook-…`, `lumbung-…`).
    ///
    /// - Throws: ``HTTPDestinationError`` with what is wrong.
    public init(url: String, headers: [(name: String, value: String)] = []) throws(HTTPDestinationError) {
        self.url = try DestinationURL(url)
        for (name, value) in headers { try HeaderText.checkOwn(name: name, value: value) }
        self.headers = headers
    }
}

/// What is wrong with a destination's configuration.
public enum HTTPDestinationError: Error, Hashable, CustomStringConvertible {
    /// The URL cannot be used.
    case url(reason: String)
    /// A header cannot be used.
    case header(name: String, reason: String)

    /// One sentence for the operator; it never shows a header's value.
    public var description: String {
        switch self {
        case .url(let reason): "the URL \(reason)"
        case .header(let name, let reason): "the header \"\(name)\" \(reason)"
        }
    }
}
