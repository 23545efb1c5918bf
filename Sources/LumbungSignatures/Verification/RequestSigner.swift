public import LumbungCore

/// Makes requests that a source's ``Verifier`` takes, as the sender itself would make them.
///
/// Only shared secrets can sign; what a sender signs with a private key nobody else can make.
public struct RequestSigner: Sendable {
    private enum Way: Sendable {
        case nothing
        case token(TokenPlace, String)
        case code(SignatureCheck)
        case standardWebhooks(SigningSecret)
    }

    private let way: Way

    /// The secret of Standard Webhooks, when the requests are signed so: a request that is signed with another one already
    /// gets a second signature in the same header.
    public var standardWebhooksSecret: SigningSecret? {
        if case .standardWebhooks(let secret) = way { secret } else { nil }
    }

    /// Makes a signer by the first rule that can be fulfilled, with its newest secret.
    /// - Throws: ``VerifierError`` when there is none.
    public init(_ rules: [KeyedRule]) throws(VerifierError) {
        var fault = VerifierError(description: "there is no rule to sign by")
        for keyed in rules {
            do throws(VerifierError) {
                way = try Self.way(keyed.rule, keyed.secrets.first)
                return
            } catch {
                fault = error
            }
        }
        throw fault
    }

    /// The headers that carry what is signed, in lower case: a copy of a request has to be without them.
    public var headerNames: [String] {
        switch way {
        case .nothing: return []
        case .token(let place, _):
            switch place {
            case .value(.header(let name)): return [name]
            case .bearer, .basic: return ["authorization"]
            case .value, .items: return []
            }
        case .code(let check):
            return [check.rule.place, check.rule.timestamp?.place].compactMap { place in
                if case .header(let name)? = place { name } else { nil }
            }
        case .standardWebhooks: return ["webhook-id", "webhook-timestamp", "webhook-signature"]
        }
    }

    /// The request with everything that proves its sender, at a time.
    ///
    /// What stands in the body already, in the place of a signature, a time or a token, is written anew there.
    /// - Parameters:
    ///   - request: The request without its proof.
    ///   - now: The time that is signed.
    ///   - id: What names the message, where the proof has such a name.
    /// - Throws: ``VerificationFailure`` when a part of what is signed is missing in the request.
    public func sign(
        _ request: SignedRequest, now: Timestamp, id: String
    ) throws(VerificationFailure) -> SignedRequest {
        var signed = request
        switch way {
        case .nothing: break
        case .token(let place, let secret): try Self.put(secret, at: place, in: &signed)
        case .code(let check): try Self.sign(&signed, check, now: now)
        case .standardWebhooks(let secret):
            let seconds = now.milliseconds.flooredQuotient(1000)
            signed.set("webhook-id", id)
            signed.set("webhook-timestamp", String(seconds))
            signed.set(
                "webhook-signature",
                StandardWebhooks.signature(
                    id: id, timestampSeconds: seconds, body: request.body, secrets: [secret]))
        }
        return signed
    }

    private static func way(_ rule: VerificationRule, _ secret: String?) throws(VerifierError) -> Way {
        if case .none = rule { return .nothing }
        guard let secret else { throw VerifierError(description: "a secret is needed to sign") }
        switch rule {
        case .none: return .nothing
        case .token(let place): return .token(place, secret)
        case .standardWebhooks:
            do throws(SigningSecretError) {
                return .standardWebhooks(try SigningSecret(secret))
            } catch {
                throw VerifierError(description: error.description)
            }
        case .signature(let rule):
            let check = try SignatureCheck(rule, secrets: [secret])
            switch rule.scheme {
            case .hmac, .hash: return .code(check)
            case .ed25519, .ecdsaP256, .rsaSHA256:
                throw VerifierError(description: "the sender signs with a private key, which only the sender has")
            }
        }
    }

    private static func put(
        _ secret: String, at place: TokenPlace, in request: inout SignedRequest
    ) throws(VerificationFailure) {
        switch place {
        case .value(let place): try put(Array(secret.utf8), at: place, in: &request)
        case .bearer: request.set("authorization", "Bearer " + secret)
        case .basic: request.set("authorization", "Basic " + Base64.encoded(Array(secret.utf8)))
        case .items(let pointer, let split):
            request.body = try ItemTokens(pointer, split: split, in: request).body(with: secret)
        }
    }

    private static func sign(
        _ request: inout SignedRequest, _ check: SignatureCheck, now: Timestamp
    ) throws(VerificationFailure) {
        let rule = check.rule
        let time = rule.timestamp.map { (place: $0.place, text: $0.unit.text(now)) }
        var fields: [FormField] = []
        if let time {
            if case .field(let name) = time.place {
                fields.append(FormField(name: Array(name.utf8), value: Array(time.text.utf8)))
            } else {
                try put(Array(time.text.utf8), at: time.place, in: &request)
            }
        }
        // A form is signed itself; a hash stands in for any other body.
        if let place = rule.bodyHash, !request.isForm {
            let hash = SignatureEncoding.hex.encoded(SignatureCode.hash(request.body, .sha256))
            try put(Array(hash.utf8), at: place, in: &request)
        }
        guard let key = check.keys.first, let code = try check.code(of: request, fields: fields, key: key) else {
            return
        }
        var text = rule.prefix + rule.encoding.encoded(code)
        if let field = rule.field {
            fields.append(FormField(name: Array(field.utf8), value: Array(text.utf8)))
            let pairs = fields.map { String(decoding: $0.name + [UInt8(ascii: "=")] + $0.value, as: UTF8.self) }
            text = pairs.joined(separator: rule.separator ?? ",")
        }
        try put(Array(text.utf8), at: rule.place, in: &request)
    }

    private static func put(
        _ text: [UInt8], at place: RequestPlace, in request: inout SignedRequest
    ) throws(VerificationFailure) {
        switch place {
        case .header(let name): request.set(name, String(decoding: text, as: UTF8.self))
        case .query(let name): request.setQuery(name, String(decoding: text, as: UTF8.self))
        case .json, .form: try rewrite(place, text, in: &request)
        case .field: throw VerificationFailure(.content, "\(place) is no place of its own")
        }
    }

    /// Puts a text in the place of the one that stands in the body.
    private static func rewrite(
        _ place: RequestPlace, _ text: [UInt8], in request: inout SignedRequest
    ) throws(VerificationFailure) {
        func found(_ request: SignedRequest) -> RequestValues.Found {
            RequestValues(request, places: [place], sortsForm: false).found(place)
        }
        guard case .value(let old) = found(request), !old.isEmpty else {
            throw VerificationFailure(.content, "\(place) is not there to be written anew")
        }
        if old == text { return }
        var start = request.body.startIndex
        while let range = request.body[start...].firstRange(of: old) {
            var changed = request
            changed.body.replaceSubrange(range, with: text)
            // The same text may stand elsewhere; only the change of this place counts.
            if found(changed) == .value(text) {
                request = changed
                return
            }
            start = range.lowerBound + 1
        }
        throw VerificationFailure(.content, "\(place) cannot be written anew")
    }
}

extension RequestSigner: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What it does, without its secret.
    public var description: String {
        switch way {
        case .nothing: "signs nothing"
        case .token: "sends a token"
        case .code(let check): "signs with \(check.rule.scheme.name)"
        case .standardWebhooks: "signs with Standard Webhooks"
        }
    }

    /// What it does, without its secret.
    public var debugDescription: String { description }

    /// A mirror without children, so that `dump` shows no secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SignedRequest {
    /// Sets a parameter of the query in the place of all that have its name.
    mutating func setQuery(_ name: String, _ value: String) {
        target = Self.setting(name, value, inQueryOf: target)
        url = url.map { Self.setting(name, value, inQueryOf: $0) }
    }

    private static func setting(_ name: String, _ value: String, inQueryOf text: String) -> String {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let others = parts.count > 1 ? parts[1].split(separator: "&").filter { !$0.hasPrefix(name + "=") } : []
        return parts[0] + "?" + (others + ["\(name)=\(value)"]).joined(separator: "&")
    }

    /// Sets a header in the place of all that have its name.
    mutating func set(_ name: String, _ value: String) {
        headers.removeAll { $0.name.lowercased() == name }
        headers.append((name, value))
    }
}

extension TimestampRule.Unit {
    /// A time as it is written.
    func text(_ time: Timestamp) -> String {
        switch self {
        case .seconds: String(time.milliseconds.flooredQuotient(1000))
        case .milliseconds: String(time.milliseconds)
        case .iso: String(time.iso8601.prefix(19)) + "Z"
        }
    }
}
