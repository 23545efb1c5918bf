public import LumbungCore

/// One place where an event's identity may stand.
public enum IdentityRule: Sendable, Hashable, CustomStringConvertible {
    /// A string or number in the payload.
    case json(JSONPointer)
    /// A request header; for a body with several events it counts for a single one only.
    case header(String)
    /// A field of a form.
    case form(String)
    /// Several places and what stands between them; not there when a part of it is not.
    ///
    /// For a body with several events a header counts as a part only beside a value of the event's own.
    case template(ValueTemplate)
    /// The SHA-256 of the payload in hex, prefixed `sha256:`.
    case sha256
    /// The time at which the request was read and that digest, prefixed `arrival:`; for senders whose requests look
    /// the same and mean something new each time.
    case arrival

    /// The longest identity in bytes (CONTRACT 3).
    public static let longestBytes = 256

    /// The rule as the config file writes it.
    public var description: String {
        switch self {
        case .json(let pointer): "json:\(pointer)"
        case .header(let name): "header:\(name)"
        case .form(let name): "form:\(name)"
        case .template(let template): template.description
        case .sha256: "sha256"
        case .arrival: "arrival"
        }
    }
}

/// Where an event's type or its tenant stands.
public enum TypeRule: Sendable, Hashable, CustomStringConvertible {
    /// A string or number in the payload.
    case json(JSONPointer)
    /// A request header.
    case header(String)
    /// A field of a form.
    case form(String)
    /// Several places and what stands between them; absent when a part of it is.
    case template(ValueTemplate)
    /// The same for every event.
    case text(String)

    /// The longest type or tenant in bytes; a longer one counts as absent.
    public static let longestBytes = 256

    /// The rule as the config file writes it.
    public var description: String {
        switch self {
        case .json(let pointer): "json:\(pointer)"
        case .header(let name): "header:\(name)"
        case .form(let name): "form:\(name)"
        case .template(let template): template.description
        case .text(let text): text
        }
    }
}
