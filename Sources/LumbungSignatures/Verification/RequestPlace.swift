public import LumbungCore

/// A place of a request at which a single value may stand.
public enum RequestPlace: Sendable, Hashable, CustomStringConvertible {
    /// A header, its name in lower case.
    case header(String)
    /// A parameter of the query.
    case query(String)
    /// A text or number in a JSON body.
    case json(JSONPointer)
    /// A field of a form body.
    case form(String)
    /// A field of the signature's own list, such as `t` in `t=1,v1=…`.
    case field(String)

    /// Reads `header:Name`, `query:name`, `json:/pointer`, `form:name` and `field:name`; nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = String(text[text.index(after: colon)...])
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        switch text[..<colon] {
        case "header": self = .header(name.lowercased())
        case "query": self = .query(name)
        case "form": self = .form(name)
        case "field": self = .field(name)
        case "json":
            guard let pointer = try? JSONPointer(name), !pointer.tokens.isEmpty else { return nil }
            self = .json(pointer)
        default: return nil
        }
    }

    /// The place as it is written.
    public var description: String {
        switch self {
        case .header(let name): "header:\(name)"
        case .query(let name): "query:\(name)"
        case .json(let pointer): "json:\(pointer)"
        case .form(let name): "form:\(name)"
        case .field(let name): "field:\(name)"
        }
    }
}
