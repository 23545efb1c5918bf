/// A question by which a sender finds out whether an URL is meant; answered in memory and never stored, but for the secret
/// that `asana` brings.
///
/// docs/presets.md says who asks which.
public enum Handshake: String, CaseIterable, Sendable {
    case slack, meta, dropbox, zoom, graph, x, cloudevents, discord, shopee, asana

    /// The method of the question.
    public var method: String {
        switch self {
        case .meta, .dropbox, .x: "GET"
        case .cloudevents: "OPTIONS"
        case .slack, .zoom, .graph, .discord, .shopee, .asana: "POST"
        }
    }

    /// Whether the question is signed as events are, so that it is answered only once the signature was checked.
    public var isSigned: Bool {
        switch self {
        case .slack, .zoom, .discord: true
        case .meta, .dropbox, .graph, .x, .cloudevents, .shopee, .asana: false
        }
    }
}

/// What answers are made with.
public struct HandshakeKeys: Sendable {
    /// The source's secrets, the one in use first; `zoom` and `x` answer with it.
    public var secrets: [[UInt8]]
    /// The text that a question of `meta` has to know; without it every one is refused.
    public var verifyToken: [UInt8]?

    /// Takes what there is.
    public init(secrets: [[UInt8]] = [], verifyToken: [UInt8]? = nil) {
        self.secrets = secrets
        self.verifyToken = verifyToken
    }
}

extension HandshakeKeys: CustomStringConvertible, CustomReflectable {
    /// How many there are, never what they are.
    public var description: String { "\(secrets.count) secrets, \(verifyToken == nil ? "no" : "a") verify token" }

    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
