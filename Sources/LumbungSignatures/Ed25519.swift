import Crypto

/// Ed25519 (RFC 8032) over bytes.
enum Ed25519 {
    /// The private key of a seed; `nil` unless the seed has 32 bytes.
    static func key(seed: [UInt8]) -> Curve25519.Signing.PrivateKey? {
        try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
    }

    /// A signature of 64 bytes; `nil` when the library cannot make one, which it documents for no input.
    static func signature(of content: [UInt8], seed: [UInt8]) -> [UInt8]? {
        guard let signature = try? key(seed: seed)?.signature(for: content) else { return nil }
        return Array(signature)
    }

    /// Whether a signature is that of the content; never for lengths other than 64 and 32 bytes.
    static func isValid(_ signature: [UInt8], of content: [UInt8], publicKey: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: content)
    }
}
