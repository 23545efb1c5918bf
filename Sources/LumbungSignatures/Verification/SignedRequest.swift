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

    /// Whether the body is a form.
    var isForm: Bool {
        guard let type = values(ofHeader: "content-type").first else { return false }
        let media = type.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        return String(Substring(media)).lowercased() == "application/x-www-form-urlencoded"
    }

    /// The parameters of the query, decoded.
    var query: [FormField] {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        return FormField.read(Array(target.utf8[target.utf8.index(after: mark)...]))
    }

    /// The fields of a form body, decoded.
    var form: [FormField] { isForm ? FormField.read(body) : [] }
}

/// A name and a value of a form (WHATWG URL, application/x-www-form-urlencoded parsing).
struct FormField: Sendable, Hashable {
    var name: [UInt8]
    var value: [UInt8]

    /// The fields of a text, in its order; what is no percent escape stands for itself.
    static func read(_ bytes: [UInt8]) -> [FormField] {
        bytes.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return FormField(name: decoded(name), value: decoded(pair.dropFirst(name.count + 1)))
        }
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "%"), index + 2 < text.endIndex, let high = Hexadecimal.value(text[index + 1]),
                let low = Hexadecimal.value(text[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return bytes
    }
}
