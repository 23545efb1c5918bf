public import LumbungCore

/// A configured sender: where its events' identity and type stand, and how it is treated.
public struct Source: Sendable {
    /// Its name, the last part of the path.
    public var name: String
    /// Where the identity is looked for, in this order; ``IdentityRule/sha256`` always ends the list.
    public var identity: [IdentityRule]
    /// Where the type stands.
    public var type: TypeRule
    /// The largest body in bytes; nil means the server's setting.
    public var maxBodyBytes: Int?
    /// Whether a resend of a dead event starts it again.
    public var resendRevives: Bool
    /// The questions that are answered; of two that fit a request the first counts.
    public var handshakes: [Handshake] = []
    /// What they are answered with.
    public var handshakeKeys = HandshakeKeys()

    /// Describes a source; the defaults are Accurate Online's envelope: `uuid` and `type` at the top of each event.
    public init(
        name: String,
        identity: [IdentityRule]? = nil,
        type: TypeRule? = nil,
        maxBodyBytes: Int? = nil,
        resendRevives: Bool = true
    ) {
        self.name = name
        self.identity = identity ?? [.json(Source.uuidPointer)]
        self.type = type ?? .json(Source.typePointer)
        self.maxBodyBytes = maxBodyBytes
        self.resendRevives = resendRevives
    }

    /// The methods that requests to it may have: POST, and those of its handshakes.
    public var methods: [String] {
        ["POST"] + ["GET", "OPTIONS"].filter { method in handshakes.contains { $0.method == method } }
    }

    private static let uuidPointer = JSONPointer(key: "uuid")
    private static let typePointer = JSONPointer(key: "type")
}

/// One place where an event's identity may stand.
public enum IdentityRule: Sendable, Hashable {
    /// A string or number in the payload.
    case json(JSONPointer)
    /// A request header; for a body with several events it counts for a single one only.
    case header(String)
    /// The SHA-256 of the payload in hex, prefixed `sha256:`.
    case sha256

    /// The longest identity in bytes (CONTRACT 3).
    public static let longestBytes = 256
}

/// Where an event's type stands.
public enum TypeRule: Sendable, Hashable {
    /// A string or number in the payload.
    case json(JSONPointer)
    /// A request header.
    case header(String)
    /// The same for every event.
    case text(String)

    /// The longest type in bytes; a longer one counts as absent.
    public static let longestBytes = 256
}
