import Crypto

/// Signatures of Standard Webhooks 1.0.0.
///
/// What is signed is `id.timestamp.body`: the `webhook-id` header as it stands, the `webhook-timestamp` header in
/// decimal digits, and the body's bytes. The `webhook-signature` header holds one or more signatures separated by
/// blanks, each a version, a comma and base64: `v1` is HMAC-SHA256, `v1a` is Ed25519
/// (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).
///
/// An id may hold dots. The signed bytes have one reading only all the same when the body is a JSON object, as every
/// event's payload is: no other split of them leaves a body that is JSON (docs/decisions/0022).
public enum StandardWebhooks {
    /// How many signatures of known versions are looked at in one header; further ones are not.
    public static let examinedSignatures = 10

    /// The tolerance of the reference libraries, in seconds: five minutes both ways.
    public static let usualToleranceSeconds: Int64 = 300

    /// The value of the `webhook-signature` header.
    ///
    /// - Parameters:
    ///   - id: The value of the `webhook-id` header, as it is sent.
    ///   - timestampSeconds: The value of the `webhook-timestamp` header, seconds since 1970.
    ///   - body: The body, byte for byte.
    ///   - secrets: The secrets; during a rotation the new one and the old one.
    /// - Returns: One signature for each secret, in their order; empty when there are none.
    public static func signature(
        id: String,
        timestampSeconds: Int64,
        body: some Collection<UInt8>,
        secrets: [SigningSecret]
    ) -> String {
        guard !secrets.isEmpty else { return "" }
        let content = signedContent(id: id, timestampSeconds: timestampSeconds, body: body)
        return secrets.compactMap { secret in
            switch secret.content {
            case .symmetric(let key): "v1," + Base64.encoded(Array(code(of: content, key: key)))
            // A signature that could not be made is missing in the header, so the receiver refuses.
            case .signing(let seed, _): Ed25519.signature(of: content, seed: seed).map { "v1a," + Base64.encoded($0) }
            case .verifying: nil
            }
        }.joined(separator: " ")
    }

    /// Reads a `webhook-timestamp` header: seconds since 1970 in decimal digits, without sign and leading zeros.
    ///
    /// - Returns: `nil` for anything else, since other spellings are other bytes under the signature.
    public static func timestampSeconds(_ text: String) -> Int64? {
        guard let value = Int64(text), value >= 0, String(value) == text else { return nil }
        return value
    }

    /// Checks a `webhook-signature` header; codes are compared in a time that does not depend on their bytes.
    ///
    /// Signatures of unknown versions are skipped, and of the others the first ``examinedSignatures`` are looked at.
    ///
    /// - Parameters:
    ///   - signature: The value of the header.
    ///   - id: The value of the `webhook-id` header, as it came.
    ///   - timestampSeconds: The value of the `webhook-timestamp` header.
    ///   - body: The body, byte for byte.
    ///   - keys: The keys of which one is enough.
    ///   - window: The times that are taken.
    /// - Returns: The index of the first key that a signature matches.
    /// - Throws: ``SignatureRefusal``, which is for the operator and not for the sender.
    @discardableResult
    public static func verify(
        _ signature: String,
        id: String,
        timestampSeconds: Int64,
        body: some Collection<UInt8>,
        keys: [VerificationKey],
        window: TimestampWindow
    ) throws(SignatureRefusal) -> Int {
        guard window.contains(timestampSeconds) else { throw .timestamp }
        let candidates = candidates(signature)
        guard !candidates.isEmpty else { throw .noSignature }
        let content = signedContent(id: id, timestampSeconds: timestampSeconds, body: body)
        for (index, key) in keys.enumerated() where matches(candidates, content, key) { return index }
        throw .mismatch
    }

    private enum Candidate {
        case code([UInt8])
        case ed25519([UInt8])
    }

    private static func signedContent(id: String, timestampSeconds: Int64, body: some Collection<UInt8>) -> [UInt8] {
        Array("\(id).\(timestampSeconds).".utf8) + body
    }

    private static func code(of content: [UInt8], key: [UInt8]) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: key))
    }

    private static func matches(_ candidates: [Candidate], _ content: [UInt8], _ key: VerificationKey) -> Bool {
        switch key.content {
        case .symmetric(let bytes):
            let wanted = code(of: content, key: bytes)
            return candidates.contains { candidate in
                // This == is constant in time (swift-crypto, MessageAuthenticationCode).
                if case .code(let given) = candidate { wanted == given } else { false }
            }
        case .signing(_, let publicKey), .verifying(let publicKey):
            return candidates.contains { candidate in
                guard case .ed25519(let given) = candidate else { return false }
                return Ed25519.isValid(given, of: content, publicKey: publicKey)
            }
        }
    }

    /// The signatures that can be read, among the first ones of known versions.
    private static func candidates(_ header: String) -> [Candidate] {
        var candidates: [Candidate] = []
        var examined = 0
        for item in header.utf8.split(separator: UInt8(ascii: " ")) {
            let version = item.prefix { $0 != UInt8(ascii: ",") }
            let text = item.dropFirst(version.count + 1)
            let isCode = version.elementsEqual("v1".utf8)
            guard isCode || version.elementsEqual("v1a".utf8) else { continue }
            examined += 1
            guard examined <= examinedSignatures else { break }
            // A code has 32 bytes, 44 symbols; an Ed25519 signature has 64 bytes, 88 symbols.
            guard text.count == (isCode ? 44 : 88), let bytes = Base64.decoded(text) else { continue }
            candidates.append(isCode ? .code(bytes) : .ed25519(bytes))
        }
        return candidates
    }
}

/// The timestamps that are taken as being of now.
public struct TimestampWindow: Sendable, Hashable {
    /// The receiver's time, seconds since 1970.
    public var nowSeconds: Int64
    /// How far a timestamp may be off, in seconds, before and after; at exactly this distance it is taken.
    public var toleranceSeconds: Int64

    /// Makes a window around a time; it takes nothing when the tolerance is negative.
    public init(nowSeconds: Int64, toleranceSeconds: Int64 = StandardWebhooks.usualToleranceSeconds) {
        self.nowSeconds = nowSeconds
        self.toleranceSeconds = toleranceSeconds
    }

    /// Whether a timestamp is inside; never for one before 1970.
    public func contains(_ timestampSeconds: Int64) -> Bool {
        let (distance, overflow) = nowSeconds.subtractingReportingOverflow(timestampSeconds)
        guard timestampSeconds >= 0, toleranceSeconds >= 0, !overflow else { return false }
        return distance.magnitude <= toleranceSeconds.magnitude
    }
}

/// Why a signature is refused, for the operator's eyes.
public enum SignatureRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The timestamp is outside the window.
    case timestamp
    /// The header holds no signature that can be read.
    case noSignature
    /// No signature matches a key.
    case mismatch

    /// One sentence.
    public var description: String {
        switch self {
        case .timestamp: "the timestamp is outside the tolerance"
        case .noSignature: "there is no signature of a known version"
        case .mismatch: "no signature matches"
        }
    }
}
