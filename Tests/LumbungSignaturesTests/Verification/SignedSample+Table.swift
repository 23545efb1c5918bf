import Crypto
import LumbungCore
import LumbungSignatures

/// The schemes, places and units that no sample of a provider has, and what a test has to know of a sample to break it.
extension SignedSample {
    /// Every scheme, every place of a token, and every way in which a time is written.
    static let table = all + [ecdsa, rsa, hubspot, queryToken, bodyToken, items]

    private static func pointer(_ text: String) -> JSONPointer { (try? JSONPointer(text)) ?? .root }

    private static func timed(_ scheme: SignatureScheme, _ unit: TimestampRule.Unit = .seconds) -> SignatureRule {
        var rule = SignatureRule(scheme: scheme, place: .header("x-signature"))
        rule.encoding = .base64
        rule.timestamp = TimestampRule(place: .header("x-time"), unit: unit)
        rule.signed = (try? SignedText("{timestamp}{body}")) ?? .body
        return rule
    }

    /// As SendGrid signs.
    private static let ecdsa: SignedSample = {
        let key = P256.Signing.PrivateKey()
        let body = #"{"event":"open"}"#
        let signature = (try? key.signature(for: Array(("1700000000" + body).utf8))).map { Array($0.derRepresentation) }
        return SignedSample(
            name: "ecdsa", rules: [.signature(timed(.ecdsaP256))],
            secrets: [Base64.encoded(Array(key.publicKey.derRepresentation))],
            headers: ["X-Signature": Base64.encoded(signature ?? []), "X-Time": "1700000000"], body: body,
            signature: "X-Signature")
    }()

    /// Made with openssl: genrsa 2048, rsa -pubout -outform DER, dgst -sha256 -sign.
    private static let rsa = SignedSample(
        name: "rsa", rules: [.signature(timed(.rsaSHA256))], secrets: [RSAVector.publicKey],
        headers: ["X-Signature": RSAVector.signature, "X-Time": "1700000000"], body: RSAVector.body,
        signature: "X-Signature")

    /// As HubSpot writes the time.
    private static let hubspot: SignedSample = {
        let rule = timed(.hmac(.sha256), .milliseconds)
        let body = #"{"objectId":1}"#
        let key = SymmetricKey(data: Array("hubspot-secret".utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Array(("1700000000000" + body).utf8), using: key)
        return SignedSample(
            name: "milliseconds", rules: [.signature(rule)], secrets: ["hubspot-secret"],
            headers: ["X-Signature": Base64.encoded(Array(code)), "X-Time": "1700000000000"], body: body,
            signature: "X-Signature")
    }()

    private static let queryToken = SignedSample(
        name: "token in the query", rules: [.token(.value(.query("key")))], secrets: ["a-token"],
        target: "/webhook/x?key=a-token&a=1", headers: [:], body: "{}")

    private static let bodyToken = SignedSample(
        name: "token in the body", rules: [.token(.value(.json(pointer("/token"))))], secrets: ["a-token"],
        headers: [:], body: #"{"token":"a-token","n":1}"#)

    private static let items = SignedSample(
        name: "token in every event", rules: [.token(.items(pointer("/state"), split: pointer("/value")))],
        secrets: ["a-token"], headers: [:], body: #"{"value":[{"state":"a-token"},{"state":"a-token"}]}"#)

    var isToken: Bool { rules.contains { if case .token = $0 { true } else { false } } }

    /// Whether a part alone is signed, or nothing.
    var signsPart: Bool { isToken || ["midtrans", "duitku", "hmac over values of the body"].contains(name) }

    /// How far its time may be off; nil when it has none.
    var toleranceSeconds: Int64? {
        switch rules.first {
        case .signature(let rule): rule.timestamp?.tolerance.components.seconds
        case .standardWebhooks(let tolerance): tolerance.components.seconds
        default: nil
        }
    }

    /// The time as the request carries it.
    var time: String {
        switch name {
        case "doku": "2023-11-14T22:13:20Z"
        case "milliseconds": "1700000000000"
        default: String(nowSeconds)
        }
    }

    /// The signature or token alone, without what stands before it.
    var proof: String {
        if isToken { return secrets[0] == "user:password" ? "dXNlcjpwYXNzd29yZA==" : secrets[0] }
        guard let header = headers[signature] else {
            // The longest word of hexadecimal digits in the body.
            let words = body.split(whereSeparator: { !$0.isHexDigit })
            return words.max { $0.count < $1.count }.map { String($0) } ?? ""
        }
        let marks = header.reversed().prefix { $0 == "=" }.count
        let letters = header.dropLast(marks).reversed().prefix { $0.isLetter || $0.isNumber || $0 == "+" || $0 == "/" }
        return String(letters.reversed()) + String(repeating: "=", count: marks)
    }

    /// The request with every occurrence of a text replaced, wherever it stands.
    func replacing(_ old: String, with new: String) -> SignedRequest {
        request { request in
            request.headers = request.headers.map { ($0.name, Self.replacing(old, with: new, in: $0.value)) }
            request.target = Self.replacing(old, with: new, in: request.target)
            request.body = Array(Self.replacing(old, with: new, in: body).utf8)
        }
    }

    static func replacing(_ old: String, with new: String, in text: String) -> String {
        text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}
