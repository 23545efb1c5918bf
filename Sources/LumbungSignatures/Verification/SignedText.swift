/// The text that a sender signs, put together from parts of its request.
public struct SignedText: Sendable, Hashable {
    /// One part.
    public enum Part: Sendable, Hashable {
        /// These bytes.
        case literal([UInt8])
        /// The body as received.
        case body
        /// The signed time as it came.
        case timestamp
        /// The value that the rule calls the id.
        case id
        /// The URL that the sender called.
        case url
        /// The method.
        case method
        /// The URL's path and query.
        case path
        /// The form's names and values, sorted and joined (Twilio).
        case form
        /// Base64 of the body's SHA-256.
        case digest
        /// The secret.
        case secret
        /// The value at a place.
        case place(RequestPlace)
    }

    /// The parts in their order.
    public let parts: [Part]

    /// The body alone.
    public static let body = SignedText(parts: [.body])

    init(parts: [Part]) {
        self.parts = parts
    }

    /// Reads a text in which `{…}` stands for a part; docs/presets.md has the names.
    /// - Throws: ``TemplateError`` with the name that is not known, or where a brace is left open.
    public init(_ text: String) throws(TemplateError) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.literal(Array(rest[..<open].utf8))) }
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw TemplateError(description: "`{` is not closed")
            }
            parts.append(try Self.part(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.literal(Array(rest.utf8))) }
        self.parts = parts
    }

    private static let words: [String: Part] = [
        "body": .body, "timestamp": .timestamp, "id": .id, "url": .url, "method": .method, "path": .path, "form": .form,
        "digest": .digest, "secret": .secret,
    ]

    private static func part(_ name: String) throws(TemplateError) -> Part {
        if let word = words[name] { return word }
        guard let place = RequestPlace(name) else {
            let known = words.keys.sorted().map { "{\($0)}" }.joined(separator: ", ")
            throw TemplateError(
                description:
                    "`{\(name)}` is not known; known are \(known), and places such as {header:Name} and {json:/pointer}"
            )
        }
        return .place(place)
    }
}

/// What is wrong with a template.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence.
    public let description: String
}
