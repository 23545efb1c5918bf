public import LumbungCore
public import LumbungSignatures

/// A configured sender: where its events' identity, type, tenant and time stand, and how it is treated.
public struct Source: Sendable {
    /// Its name, the last part of the path.
    public var name: String
    /// Where the identity is looked for, in this order; ``IdentityRule/sha256`` always ends the list.
    public var identity: [IdentityRule]
    /// Where the type stands.
    public var type: TypeRule
    /// Where it stands whose event it is, an account or a shop; nil when nothing says so.
    public var tenant: TypeRule?
    /// Where it stands when an event happened, as ``SenderTime`` reads it, tried in this order; empty for nowhere.
    public var time: [ValuePlace]
    /// The array in a JSON body whose elements are events; the root is the top level, which may be one object.
    public var split = JSONPointer.root
    /// How a body is read; of several the request's content type chooses one.
    public var formats = [BodyFormat.json]
    /// The largest body in bytes; nil means the server's setting.
    public var maxBodyBytes: Int?
    /// Whether a resend of a dead event starts it again.
    public var resendRevives: Bool
    /// Who may send, and how much.
    public var access = SourceAccess()
    /// The status of the answer to a request whose events are stored, 200 to 299.
    public var answerStatus = 200
    /// What requests are checked by; without one, and without ``capture``, anybody may send.
    public var verifier: Verifier?
    /// How requests are checked with a secret that the sender brings; it takes the place of ``verifier``.
    public var capture: SecretCapture?
    /// The kind of sender that the check proves an event to be of, kept with each event; empty when it proves none.
    public var provenAs = ""
    /// How requests that fail the check are kept; nil when they are refused and no more.
    public var quarantine: QuarantineRule?
    /// The URL that the sender calls, where it signs that.
    public var publicURL: String?
    /// The questions that are answered; of two that fit a request the first counts.
    public var handshakes: [Handshake] = []
    /// What they are answered with.
    public var handshakeKeys = HandshakeKeys()

    /// Describes a source; the defaults are Accurate Online's envelope: `uuid`, `type`, `databaseId` and
    /// `timestamp` at the top of each event.
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
        self.tenant = .json(Source.tenantPointer)
        self.time = [.json(Source.timePointer)]
        self.maxBodyBytes = maxBodyBytes
        self.resendRevives = resendRevives
    }

    /// Whether there is anything that a request could fail.
    var checksRequests: Bool { access.token != nil || capture != nil || verifier.map { !$0.isOpen } ?? false }

    /// The methods that requests to it may have: POST, and those of its handshakes.
    public var methods: [String] {
        ["POST"] + ["GET", "OPTIONS"].filter { method in handshakes.contains { $0.method == method } }
    }

    private static let uuidPointer = JSONPointer(key: "uuid")
    private static let typePointer = JSONPointer(key: "type")
    private static let tenantPointer = JSONPointer(key: "databaseId")
    private static let timePointer = JSONPointer(key: "timestamp")
}
