import Benchmark
import Crypto
import CryptoExtras
import Foundation
import LumbungCore
import LumbungSignatures

/// The check of one genuine request with a body of 1 KiB, by each kind of signature.
func verificationBenchmarks() {
    let samples: [VerificationSample]
    do {
        samples = try VerificationSample.all()
    } catch {
        fatalError("a sample cannot be signed: \(error)")
    }
    for sample in samples {
        measure("verify \(sample.name), 1 KiB", scaling: .kilo) { runs in
            for _ in runs { blackHole(try sample.verifier.verify(sample.request, now: Samples.time)) }
        }
    }
}

/// A request that its verifier takes.
private struct VerificationSample {
    let name: String
    let verifier: Verifier
    let request: SignedRequest

    private static let body =
        Array(#"{"id":"evt_1","memo":""#.utf8) + Array(repeating: 0x78, count: 1000) + [0x22, 0x7D]
    private static let seconds = String(Samples.time.milliseconds / 1000)

    static func all() throws -> [VerificationSample] {
        var github = SignatureRule(scheme: .hmac(.sha256), place: .header("x-hub-signature-256"))
        github.prefix = "sha256="
        var stripe = SignatureRule(scheme: .hmac(.sha256), place: .header("stripe-signature"))
        stripe.field = "v1"
        stripe.timestamp = TimestampRule(place: .field("t"))
        stripe.signed = try SignedText("{timestamp}.{body}")
        return [
            try shared("github (hmac-sha256)", .signature(github), "a-secret-of-github"),
            try shared("stripe (hmac-sha256, time)", .signature(stripe), "whsec_a_secret_of_stripe"),
            try shared(
                "standard-webhooks", .standardWebhooks(tolerance: .seconds(300)),
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            try shared("token", .token(.value(.header("x-token"))), "a-token-of-a-sender"),
            try ed25519(), try ecdsa(), try rsa(),
        ]
    }

    private static func shared(_ name: String, _ rule: VerificationRule, _ secret: String) throws -> Self {
        let keyed = KeyedRule(rule, secrets: [secret])
        let bare = SignedRequest(
            method: "POST", url: nil, target: "/webhook/x", headers: [("content-type", "application/json")], body: body)
        let request = try RequestSigner([keyed]).sign(bare, now: Samples.time, id: "msg_1")
        return try VerificationSample(name: name, keyed, request)
    }

    /// As Discord signs.
    private static func ed25519() throws -> Self {
        let key = Curve25519.Signing.PrivateKey()
        let signature = try key.signature(for: Array(seconds.utf8) + body)
        return try asymmetric(
            "ed25519", .ed25519, Array(key.publicKey.rawRepresentation), Array(signature), encoding: .hex)
    }

    /// As SendGrid signs.
    private static func ecdsa() throws -> Self {
        let key = P256.Signing.PrivateKey()
        let signature = try key.signature(for: Array(seconds.utf8) + body)
        return try asymmetric(
            "ecdsa-p256", .ecdsaP256, Array(key.publicKey.derRepresentation), Array(signature.derRepresentation),
            encoding: .base64)
    }

    private static func rsa() throws -> Self {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let signature = try key.signature(
            for: SHA256.hash(data: Array(seconds.utf8) + body), padding: .insecurePKCS1v1_5)
        return try asymmetric(
            "rsa-sha256 (2048 bits)", .rsaSHA256, Array(key.publicKey.derRepresentation),
            Array(signature.rawRepresentation), encoding: .base64)
    }

    private static func asymmetric(
        _ name: String, _ scheme: SignatureScheme, _ key: [UInt8], _ signature: [UInt8], encoding: SignatureEncoding
    ) throws -> Self {
        var rule = SignatureRule(scheme: scheme, place: .header("x-signature"))
        rule.encoding = encoding
        rule.timestamp = TimestampRule(place: .header("x-timestamp"))
        rule.signed = try SignedText("{timestamp}{body}")
        rule.secrets.encoding = .hex
        let written = encoding == .hex ? hex(signature) : Data(signature).base64EncodedString()
        let request = SignedRequest(
            method: "POST", url: nil, target: "/webhook/x",
            headers: [("x-signature", written), ("x-timestamp", seconds)], body: body)
        return try VerificationSample(name: name, KeyedRule(.signature(rule), secrets: [hex(key)]), request)
    }

    private init(name: String, _ keyed: KeyedRule, _ request: SignedRequest) throws {
        self.name = name
        self.request = request
        verifier = try Verifier([keyed])
        // What is refused early would be measured as fast.
        _ = try verifier.verify(request, now: Samples.time)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
