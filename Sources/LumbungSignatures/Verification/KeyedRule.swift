/// A rule and the secrets of which one is enough for it.
public struct KeyedRule: Sendable, Hashable {
    /// The rule.
    public let rule: VerificationRule
    /// The secrets, newest first; none for ``VerificationRule/none``.
    public let secrets: [String]

    /// Gives a rule its own secrets.
    public init(_ rule: VerificationRule, secrets: [String]) {
        self.rule = rule
        self.secrets = secrets
    }

    /// Gives several rules the same secrets, each those that are for it; a rule that none is for is left out.
    ///
    /// A key of Standard Webhooks is no token, its public key no shared secret, and a token that is too short for a key is
    /// none. A key that is written wrongly is a fault for its rule, not something to leave out.
    /// - Throws: ``VerifierError`` when a public key would be a shared secret as well, with which anybody could sign, and
    ///   when nothing is left.
    public static func sharing(
        _ secrets: [String], among rules: [VerificationRule]
    ) throws(VerifierError) -> [KeyedRule] {
        guard rules.count > 1 else { return rules.map { KeyedRule($0, secrets: secrets) } }
        let kinds = Set(rules.map(\.isOfPublicKey))
        guard kinds.count == 1 else {
            throw VerifierError(
                description: "a public key is no shared secret: give each rule of `verify` its own `secret` within it")
        }
        let keyed = rules.map { rule in KeyedRule(rule, secrets: secrets.filter { rule.isFor($0) }) }
        let left = keyed.filter { !$0.secrets.isEmpty }
        guard !left.isEmpty else { throw VerifierError(description: "no secret fits any of the rules") }
        return left
    }
}

extension VerificationRule {
    /// Whether its secrets are public keys, which everybody may know.
    public var isOfPublicKey: Bool {
        guard case .signature(let rule) = self else { return false }
        return switch rule.scheme {
        case .ed25519, .ecdsaP256, .rsaSHA256: true
        case .hmac, .hash: false
        }
    }

    /// Whether a secret could be meant for this rule beside others.
    fileprivate func isFor(_ secret: String) -> Bool {
        let isPublic = secret.hasPrefix("whpk_")
        let isKey = isPublic || secret.hasPrefix("whsec_") || secret.hasPrefix("whsk_")
        return switch self {
        case .none: false
        case .token: !isKey
        case .signature: !isPublic
        case .standardWebhooks: isKey || (try? SigningSecret(secret)) != nil
        }
    }
}
