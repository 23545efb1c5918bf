import LumbungCore

/// What the target of a request line names.
enum RequestTarget: Sendable, Hashable {
    /// Events of a source, whether it is configured or not.
    case webhook(source: String)
    /// Whether the process lives.
    case health
    /// Whether it can commit now.
    case readiness
    /// Nothing of ours.
    case unknown

    /// Reads a target in origin or absolute form (RFC 9112, section 3.2); the query does not count.
    init(_ target: String) {
        let path = Self.path(of: target)
        if path.elementsEqual("/healthz".utf8) {
            self = .health
        } else if path.elementsEqual("/readyz".utf8) {
            self = .readiness
        } else if path.starts(with: Self.webhookPrefix),
            let source = Self.source(path.dropFirst(Self.webhookPrefix.count))
        {
            self = .webhook(source: source)
        } else {
            self = .unknown
        }
    }

    /// The path of a target, still percent-encoded and without its query.
    static func path(of target: String) -> Substring.UTF8View {
        var path = Substring(target).utf8
        if path.first != UInt8(ascii: "/"), let start = afterScheme(path) {
            guard let slash = path[start...].firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }),
                path[slash] == UInt8(ascii: "/")
            else { return Substring("/").utf8 }
            path = path[slash...]
        }
        guard let query = path.firstIndex(of: UInt8(ascii: "?")) else { return path }
        return path[..<query]
    }

    private static let webhookPrefix = Array("/webhook/".utf8)

    private static func afterScheme(_ target: Substring.UTF8View) -> Substring.UTF8View.Index? {
        for scheme in ["http://", "https://"] {
            let head = target.prefix(scheme.utf8.count)
            if head.elementsEqual(scheme.utf8, by: { ASCII.lowercased($0) == $1 }) { return head.endIndex }
        }
        return nil
    }

    /// Decodes one path segment; nil when it is empty or not what RFC 3986 allows in a segment of UTF-8 text.
    private static func source(_ segment: some Collection<UInt8>) -> String? {
        guard segment.allSatisfy({ $0 == UInt8(ascii: "%") || ASCII.isPathCharacter($0) }),
            let bytes = PercentCoding.strictlyDecoded(segment)
        else { return nil }
        return bytes.isEmpty ? nil : String(validating: bytes, as: UTF8.self)
    }
}
