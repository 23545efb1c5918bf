extension VerificationRule {
    /// Why nobody can prove again by this rule what is passed on as it came, in words; nil when it can be done.
    ///
    /// It takes a shared secret, and a proof that stands in headers: body and URL of a delivery are not the signer's.
    public var resigningObstacle: String? {
        switch self {
        case .none: return "its requests prove nothing"
        case .standardWebhooks, .token(.bearer), .token(.basic): return nil
        case .token(.value(let place)): return place.resigningObstacle
        case .token(.items): return "its proof stands in the body, which is passed on as it came"
        case .signature(let rule):
            if isOfPublicKey { return "it signs with a private key, which nobody else has" }
            return rule.place.resigningObstacle ?? rule.timestamp?.place.resigningObstacle
        }
    }

    /// The same rule with a standard tolerance, which is the receiver's choice and says nothing about the sender.
    public var withoutTolerance: VerificationRule {
        switch self {
        case .none, .token: return self
        case .standardWebhooks: return .standardWebhooks(tolerance: .seconds(300))
        case .signature(var rule):
            rule.timestamp?.tolerance = .seconds(300)
            return .signature(rule)
        }
    }
}

extension RequestPlace {
    fileprivate var resigningObstacle: String? {
        switch self {
        case .header, .field: nil
        case .query: "its proof stands in the URL, which is the destination's own"
        case .json, .form: "its proof stands in the body, which is passed on as it came"
        }
    }
}
