public import LumbungCore

/// One webhook request as the intake sees it, whatever server read it.
public struct IngestRequest: Sendable {
    /// A request header.
    public struct Header: Sendable, Hashable {
        /// The name as sent.
        public var name: String
        /// The value as sent.
        public var value: String

        /// Makes a header.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The name of the source in the path.
    public var source: String
    /// The headers in their order.
    public var headers: [Header]
    /// The whole body.
    public var body: [UInt8]
    /// When it was read.
    public var receivedAt: Timestamp
    /// The method, in capitals.
    public var method = "POST"
    /// The request target as sent: path and query, still percent-encoded.
    public var target = ""
    /// Who sent it: the address at the other end of the connection, or the one that trusted proxies name; nil when it is
    /// not known.
    public var clientAddress: IPAddress?

    /// Describes a request.
    public init(source: String, headers: [Header], body: [UInt8], receivedAt: Timestamp) {
        self.source = source
        self.headers = headers
        self.body = body
        self.receivedAt = receivedAt
    }

    /// Whether a header came once, or always with the same value.
    func hasOneValue(of name: String) -> Bool {
        let wanted = name.lowercased()
        let values = headers.filter { $0.name.lowercased() == wanted }.map { Array($0.value.utf8) }
        return Set(values).count <= 1
    }

    /// The value of a header that can be read in one way; nil for one that is not there, that came more than once with
    /// values that differ, and that is no UTF-8, which has reached this point with U+FFFD in its place.
    func onlyHeader(_ name: String) -> String? {
        guard let value = header(name), !value.unicodeScalars.contains("\u{FFFD}"), hasOneValue(of: name) else {
            return nil
        }
        return value
    }

    /// The first value of a header, whatever the case of its name.
    func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}
