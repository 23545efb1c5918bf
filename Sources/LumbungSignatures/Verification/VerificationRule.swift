public import LumbungCore

/// What a sender's requests have to carry, as data; a ``Verifier`` is made of it and of secrets.
public enum VerificationRule: Sendable, Hashable {
    /// Nothing: anybody may send.
    case none
    /// A secret as it stands.
    case token(TokenPlace)
    /// A code or signature of a text.
    case signature(SignatureRule)
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature` of Standard Webhooks 1.0.0, or the same with `svix-`.
    case standardWebhooks(tolerance: Duration)
}

extension VerificationRule: CustomStringConvertible {
    /// The scheme as the config file calls it, with its algorithm.
    public var description: String {
        switch self {
        case .none: "none"
        case .token: "token"
        case .signature(let rule): rule.scheme.name
        case .standardWebhooks: "standard-webhooks"
        }
    }
}

/// Where a token is looked for.
public enum TokenPlace: Sendable, Hashable {
    /// At one place of the request.
    case value(RequestPlace)
    /// Behind `Authorization: Bearer`.
    case bearer
    /// Behind `Authorization: Basic`; the secret is `user:password`.
    case basic
    /// At this place of every event of the body.
    case items(JSONPointer, split: JSONPointer)
}

/// How a signature is made, written and carried; the page docs/presets.md has each key.
public struct SignatureRule: Sendable, Hashable {
    /// What is done with the signed text and the secret.
    public var scheme: SignatureScheme
    /// How a signature is written.
    public var encoding = SignatureEncoding.hex
    /// Where signatures stand.
    public var place: RequestPlace
    /// What stands before each signature.
    public var prefix = ""
    /// What stands between several signatures, or between the pairs of a list of fields.
    public var separator: String?
    /// The name of the signatures in a list of `name=value`.
    public var field: String?
    /// The text that is signed.
    public var signed = SignedText.body
    /// The signed time.
    public var timestamp: TimestampRule?
    /// Where `{id}` stands.
    public var id: RequestPlace?
    /// Where a hexadecimal SHA-256 of a body stands that is no form.
    public var bodyHash: RequestPlace?
    /// How secrets become keys.
    public var secrets = SecretForm()

    /// A rule with the defaults of docs/presets.md.
    public init(scheme: SignatureScheme, place: RequestPlace) {
        self.scheme = scheme
        self.place = place
    }

    /// Every place of a request that it reads.
    public var places: [RequestPlace] {
        let signed = signed.parts.compactMap { part in if case .place(let place) = part { place } else { nil } }
        return [place] + signed + [timestamp?.place, id, bodyHash].compactMap { $0 }
    }

    /// How many signatures of one request are looked at; further ones are not.
    public static let examinedSignatures = 10
}

/// What is done with a signed text and a secret.
public enum SignatureScheme: Sendable, Hashable {
    /// An HMAC with the secret as key (RFC 2104).
    case hmac(HashAlgorithm)
    /// A hash of the signed text, in which the secret stands.
    case hash(HashAlgorithm)
    /// Ed25519 (RFC 8032); the secret is the public key.
    case ed25519
    /// ECDSA over P-256 with SHA-256, the signature in DER; the secret is the public key.
    case ecdsaP256
    /// RSA PKCS #1 v1.5 with SHA-256; the secret is the public key.
    case rsaSHA256

    /// The scheme as the config file calls it, with its algorithm.
    var name: String {
        switch self {
        case .hmac(let algorithm): "hmac \(algorithm.rawValue)"
        case .hash(let algorithm): "hash \(algorithm.rawValue)"
        case .ed25519: "ed25519"
        case .ecdsaP256: "ecdsa-p256"
        case .rsaSHA256: "rsa-sha256"
        }
    }
}

/// A hash function.
public enum HashAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// MD5, for senders that still use it.
    case md5
    /// SHA-1, for senders that still use it.
    case sha1
    /// SHA-256.
    case sha256
    /// SHA-512.
    case sha512
}

/// How a signature is written as text.
public enum SignatureEncoding: String, Sendable, Hashable, CaseIterable {
    /// Lower-case hexadecimal digits.
    case hex
    /// Standard base64 with padding.
    case base64
    /// Base64 of the URL alphabet, with or without padding.
    case base64url
}

/// A signed time and how far off it may be.
public struct TimestampRule: Sendable, Hashable {
    /// How a time is written.
    public enum Unit: String, Sendable, Hashable, CaseIterable {
        /// Whole seconds since 1970.
        case seconds = "s"
        /// Whole milliseconds since 1970.
        case milliseconds = "ms"
        /// ISO 8601 with an offset or `Z`.
        case iso
    }

    /// Where it stands.
    public var place: RequestPlace
    /// How it is written.
    public var unit: Unit
    /// How far off it may be, before and after; at exactly this distance it is taken.
    public var tolerance: Duration

    /// Describes a signed time.
    public init(place: RequestPlace, unit: Unit = .seconds, tolerance: Duration = .seconds(300)) {
        self.place = place
        self.unit = unit
        self.tolerance = tolerance
    }
}

/// How the text of a secret becomes a key.
public struct SecretForm: Sendable, Hashable {
    /// What a secret is written in.
    public enum Encoding: String, Sendable, Hashable, CaseIterable {
        /// The bytes of its UTF-8; of a public key the same as ``pem`` when it begins like one, else ``base64``.
        case text
        /// Standard base64.
        case base64
        /// Hexadecimal digits.
        case hex
        /// PEM (RFC 7468), of public keys.
        case pem
    }

    /// What it is written in.
    public var encoding = Encoding.text
    /// What is taken off its beginning first, if it is there.
    public var prefix = ""

    /// Text as it stands.
    public init() {}
}
