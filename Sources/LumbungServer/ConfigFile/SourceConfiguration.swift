public import LumbungCore
public import LumbungKit
public import LumbungSignatures

/// One source: who may post where, and what in the request names an event.
public struct SourceConfiguration: Sendable, Equatable {
    /// The last part of the path `/webhook/{source}`.
    public let name: String
    /// The name of the preset that it starts from.
    public let preset: String
    /// Where an event's identity is found, tried in order; when all fail, the payload's SHA-256 stands in.
    public var identity: [IdentityRule] = [.json(JSONPointer(key: "uuid"))]
    /// Where an event's type is found.
    public var type = TypeRule.json(JSONPointer(key: "type"))
    /// Where an event's tenant is found; nil for nowhere.
    public var tenant: TypeRule?
    /// Where it is found when an event happened, tried in order; empty for nowhere.
    public var time: [ValuePlace] = []
    /// The array in a JSON body whose elements are events.
    public var split = JSONPointer.root
    /// How a body is read; of several the request's content type chooses one.
    public var formats = [BodyFormat.json]
    /// The largest accepted body in bytes, 1 to ``largestBodyBytes``; nil for the setting `MAX_BODY_BYTES`.
    public var maxBodyBytes: Int?
    /// Whether a duplicate of a dead event makes it pending again.
    public var resendRevives = true
    /// The questions that are answered at once.
    public var handshakes: [Handshake] = []
    /// What a question of `meta` has to know.
    public var verifyToken: Secret?

    /// The addresses that may send; empty for all, or beside a problem.
    public var allow: [AddressBlock] = []
    /// What requests have to bring as `?token=…`.
    public var token: Secret?
    /// How many requests are taken in which time.
    public var rate: DeliveryRate?
    /// The status of the answer to a request whose events are stored, 200 to 299.
    public var answerStatus = 200
    /// How requests whose check fails are kept; nil when they are refused and no more.
    public var quarantine: QuarantineRule?

    /// What its requests have to carry, one of these; empty only beside a problem.
    public var verification = [CheckConfiguration(rule: .none, secrets: [])]
    /// The URL that the sender calls, where it signs that.
    public var publicURL: String?

    /// The largest body that can be asked for, 512 MiB: SQLite keeps a row of at most 1,000,000,000 bytes
    /// (<https://www.sqlite.org/limits.html>, SQLITE_MAX_LENGTH).
    public static let largestBodyBytes = 536_870_912

    /// The source for Accurate Online: identity at `/uuid`, type at `/type`, tenant at `/databaseId`, time at
    /// `/timestamp`.
    public static let accurate = {
        var source = SourceConfiguration(name: "accurate", preset: "accurate")
        source.tenant = .json(JSONPointer(key: "databaseId"))
        source.time = [.json(JSONPointer(key: "timestamp"))]
        return source
    }()

    init(name: String, preset: String) {
        self.name = name
        self.preset = preset
    }

    /// Whether the sender brings the secret itself, with its handshake.
    public var capturesSecret: Bool {
        handshakes.contains(.asana) && verification.allSatisfy { $0.rule != .none && $0.secrets.isEmpty }
    }

    /// Every secret of its checks, each once, in their order.
    public var secrets: [Secret] {
        verification.flatMap(\.secrets).reduce(into: []) { found, secret in
            if !found.contains(secret) { found.append(secret) }
        }
    }
}

/// A rule by which requests are checked, and the secrets of which one is enough for it.
public struct CheckConfiguration: Sendable, Equatable {
    /// The rule.
    public let rule: VerificationRule
    /// The secrets, newest first.
    public let secrets: [Secret]

    /// The same for the verifier.
    var keyed: KeyedRule { KeyedRule(rule, secrets: secrets.map(\.revealed)) }
}
