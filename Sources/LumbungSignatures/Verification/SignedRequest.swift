import LumbungCore

/// A request as its signature sees it.
public struct SignedRequest: Sendable {
    /// The method, in capitals.
    public var method: String
    /// The URL that the sender called, with its query; nil when it is not known.
    public var url: String?
    /// The path and query as they came.
    public var target: String
    /// The headers in their order, names in any case.
    public var headers: [(name: String, value: String)]
    /// The body as received.
    public var body: [UInt8]
    /// Whether the body is read as a form.
    public var isForm = false

    /// Describes a request.
    public init(method: String, url: String?, target: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.method = method
        self.url = url
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The values of a header.
    func values(ofHeader name: String) -> [String] {
        headers.filter { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name }.map(\.value)
    }

    /// The parameters of the query, decoded.
    var query: [FormField] {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        return FormField.read(Array(target.utf8[target.utf8.index(after: mark)...]))
    }

    /// The fields of a form body, decoded.
    var form: [FormField] { isForm ? FormField.read(body) : [] }
}
