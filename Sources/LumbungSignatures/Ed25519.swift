import Crypto
import LumbungCore

/// Ed25519 (RFC 8032) over bytes.
enum Ed25519 {
    /// The private key of a seed; `nil` unless the seed has 32 bytes.
    static func key(seed: [UInt8]) -> Curve25519.Signing.PrivateKey? {
        try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
    }

    /// Whether a public key is one of the points of small order, for which anybody can make signatures.
    ///
    /// The encodings are those of "Taming the Many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020), table 1b; the top bit,
    /// which is the sign of x, makes no difference here.
    static func isWeak(_ publicKey: [UInt8]) -> Bool {
        guard publicKey.count == 32 else { return true }
        var y = publicKey
        y[31] &= 0x7F
        return weakKeys.contains(Hexadecimal.encoded(y))
    }

    private static let weakKeys: Set<String> = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]

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
