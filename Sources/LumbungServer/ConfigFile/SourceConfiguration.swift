public import LumbungKit

/// One source: who may post where, and what in the request names an event.
public struct SourceConfiguration: Sendable, Equatable {
    /// The last part of the path `/webhook/{source}`.
    public let name: String
    /// The name of the preset that it starts from.
    public let preset: String
    /// Where an event's identity is found, tried in order; when all fail, the payload's SHA-256 stands in.
    public var identity: [IdentityRule] = [.json(pointer: "/uuid")]
    /// Where an event's type is found.
    public var type = TypeRule.json(pointer: "/type")
    /// The largest accepted body in bytes, 1 to ``largestBodyBytes``; nil for the setting `MAX_BODY_BYTES`.
    public var maxBodyBytes: Int?
    /// Whether a duplicate of a dead event makes it pending again.
    public var resendRevives = true
    /// The questions that are answered at once.
    public var handshakes: [Handshake] = []
    /// What a question of `meta` has to know.
    public var verifyToken: Secret?

    /// The largest body that can be asked for, 512 MiB: SQLite keeps a row of at most 1,000,000,000 bytes
    /// (<https://www.sqlite.org/limits.html>, SQLITE_MAX_LENGTH).
    public static let largestBodyBytes = 536_870_912

    /// The source for Accurate Online: identity at `/uuid`, type at `/type`.
    public static let accurate = SourceConfiguration(name: "accurate", preset: "accurate")

    init(name: String, preset: String) {
        self.name = name
        self.preset = preset
    }
}

/// Where an event's identity is found.
public enum IdentityRule: Sendable, Equatable, CustomStringConvertible {
    /// In the payload, at a JSON Pointer (RFC 6901) with at least one step.
    case json(pointer: String)
    /// In the request's header of the name, as written in the file.
    case header(name: String)
    /// The SHA-256 of the payload.
    case sha256

    /// The rule as the config file writes it.
    public var description: String {
        switch self {
        case .json(let pointer): "json:\(pointer)"
        case .header(let name): "header:\(name)"
        case .sha256: "sha256"
        }
    }
}

/// Where an event's type is found.
public enum TypeRule: Sendable, Equatable, CustomStringConvertible {
    /// In the payload, at a JSON Pointer (RFC 6901) with at least one step.
    case json(pointer: String)
    /// In the request's header of the name, as written in the file.
    case header(name: String)
    /// The same for every event.
    case text(String)

    /// The rule as the config file writes it.
    public var description: String {
        switch self {
        case .json(let pointer): "json:\(pointer)"
        case .header(let name): "header:\(name)"
        case .text(let text): text
        }
    }
}
