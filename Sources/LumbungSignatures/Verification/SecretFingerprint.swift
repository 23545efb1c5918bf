import Crypto
import LumbungCore

/// Tells secrets apart without telling them: the first 32 bits of a SHA-256.
///
/// Whoever can guess a secret can see by it that the guess is right, and nobody can do anything else with it.
public struct SecretFingerprint: Sendable, Hashable, CustomStringConvertible {
    /// Eight hexadecimal digits.
    public let description: String

    /// The fingerprint of a secret.
    public init(of secret: String) {
        let digest = SHA256.hash(data: Array("lumbung-secret\n".utf8) + Array(secret.utf8))
        description = Hexadecimal.encoded(Array(digest.prefix(4)))
    }
}
