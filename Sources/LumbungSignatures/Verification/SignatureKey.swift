import Crypto
import CryptoExtras
import LumbungCore

/// A secret made ready for a scheme.
enum SignatureKey: Sendable {
    /// The bytes of a shared secret.
    case shared([UInt8])
    /// An Ed25519 public key.
    case ed25519([UInt8])
    /// A public key of the curve P-256.
    case p256(P256.Signing.PublicKey)
    /// An RSA public key.
    case rsa(_RSA.Signing.PublicKey)

    /// Reads a secret's text.
    init(_ text: String, form: SecretForm, scheme: SignatureScheme) throws(VerifierError) {
        let rest = text.hasPrefix(form.prefix) ? String(text.dropFirst(form.prefix.count)) : text
        guard !rest.isEmpty else { throw VerifierError(description: "a secret is empty") }
        switch scheme {
        case .hmac, .hash: self = .shared(try Self.shared(rest, form.encoding))
        case .ed25519: self = try Self.ed25519(rest, form.encoding)
        case .ecdsaP256:
            guard let key = Self.p256(rest, form.encoding) else { throw Self.noPublicKey("a P-256 public key") }
            self = .p256(key)
        case .rsaSHA256:
            guard let key = Self.rsa(rest, form.encoding) else { throw Self.noPublicKey("an RSA public key") }
            self = .rsa(key)
        }
    }

    private static func noPublicKey(_ wanted: String) -> VerifierError {
        VerifierError(description: "the secret is not \(wanted) in the form that `secret_encoding` names")
    }

    private static func shared(_ text: String, _ encoding: SecretForm.Encoding) throws(VerifierError) -> [UInt8] {
        switch encoding {
        case .pem: throw VerifierError(description: "`secret_encoding: pem` is for public keys")
        case .text:
            guard !text.hasPrefix("-----BEGIN") else {
                throw VerifierError(description: "a key in PEM is no shared secret: everybody may know a public one")
            }
            return Array(text.utf8)
        case .base64, .hex:
            guard let bytes = bytes(text, encoding), !bytes.isEmpty else {
                throw VerifierError(description: "the secret is not \(encoding.rawValue), as `secret_encoding` says")
            }
            return bytes
        }
    }

    /// The bytes of encoded text.
    private static func bytes(_ text: String, _ encoding: SecretForm.Encoding) -> [UInt8]? {
        encoding == .hex ? Hexadecimal.decoded(text.utf8, anyCase: true) : Base64.decoded(text.utf8)
    }

    private static func isPEM(_ text: String, _ encoding: SecretForm.Encoding) -> Bool {
        encoding == .pem || encoding == .text && text.hasPrefix("-----BEGIN")
    }

    /// What stands before the key in DER (RFC 8410, section 4).
    private static let ed25519Prefix: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    private static func ed25519(_ text: String, _ encoding: SecretForm.Encoding) throws(VerifierError) -> SignatureKey {
        guard let bytes = bytes(text, encoding), bytes.count == 32 || bytes.starts(with: ed25519Prefix),
            !Ed25519.isWeak(Array(bytes.suffix(32))), bytes.count == 32 || bytes.count == ed25519Prefix.count + 32,
            (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes.suffix(32))) != nil
        else { throw noPublicKey("an Ed25519 public key") }
        return .ed25519(Array(bytes.suffix(32)))
    }

    private static func p256(_ text: String, _ encoding: SecretForm.Encoding) -> P256.Signing.PublicKey? {
        if isPEM(text, encoding) { return try? P256.Signing.PublicKey(pemRepresentation: text) }
        guard let bytes = bytes(text, encoding) else { return nil }
        return (try? P256.Signing.PublicKey(derRepresentation: bytes))
            ?? (try? P256.Signing.PublicKey(x963Representation: bytes))
    }

    private static func rsa(_ text: String, _ encoding: SecretForm.Encoding) -> _RSA.Signing.PublicKey? {
        if isPEM(text, encoding) { return try? _RSA.Signing.PublicKey(pemRepresentation: text) }
        return bytes(text, encoding).flatMap { try? _RSA.Signing.PublicKey(derRepresentation: $0) }
    }
}
