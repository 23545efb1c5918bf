import Crypto

/// The text forms of secrets and keys.
enum KeyText {
    /// A key as its text says.
    enum Content: Sendable, Hashable {
        /// The key of HMAC-SHA256.
        case symmetric([UInt8])
        /// The seed of an Ed25519 key, and the public key that comes of it.
        case signing(seed: [UInt8], publicKey: [UInt8])
        /// An Ed25519 public key.
        case verifying([UInt8])
    }

    private static let symmetricPrefix = "whsec_"
    private static let signingPrefix = "whsk_"
    private static let verifyingPrefix = "whpk_"
    /// Lengths of a symmetric key behind its prefix (Standard Webhooks 1.0.0, "Symmetric" signatures).
    private static let symmetricBytes = 24...64

    static func read(_ text: String) throws(SigningSecretError) -> Content {
        try checkCharacters(text)
        if let rest = try text.after(symmetricPrefix) {
            let key = try bytes(rest, prefix: symmetricPrefix)
            guard symmetricBytes.contains(key.count) else {
                throw .wrongLength(prefix: symmetricPrefix, allowed: "24 to 64 bytes")
            }
            return .symmetric(key)
        }
        if let rest = try text.after(signingPrefix) { return try signing(bytes(rest, prefix: signingPrefix)) }
        if let rest = try text.after(verifyingPrefix) {
            let key = try bytes(rest, prefix: verifyingPrefix)
            guard key.count == 32, !Ed25519.isWeak(key) else {
                throw .wrongLength(prefix: verifyingPrefix, allowed: "32 bytes")
            }
            return .verifying(key)
        }
        if let key = Base64.decoded(text.utf8), symmetricBytes.contains(key.count) { return .symmetric(key) }
        guard text.utf8.count >= SigningSecret.fewestBytes else { throw .tooShort }
        return .symmetric(Array(text.utf8))
    }

    private static func checkCharacters(_ text: String) throws(SigningSecretError) {
        guard text.utf8.count <= SigningSecret.longestText else { throw .tooLong }
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { throw .empty }
        for scalar in scalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: throw .invisibleCharacter
            default: continue
            }
        }
        guard !first.properties.isWhitespace, !last.properties.isWhitespace else { throw .blankAround }
    }

    private static func bytes(_ text: Substring.UTF8View, prefix: String) throws(SigningSecretError) -> [UInt8] {
        guard let bytes = Base64.decoded(text) else { throw .notBase64(prefix: prefix) }
        return bytes
    }

    /// A seed alone, or the seed with its public key, as Svix writes it.
    private static func signing(_ bytes: [UInt8]) throws(SigningSecretError) -> Content {
        let seed = Array(bytes.prefix(32))
        guard bytes.count == 32 || bytes.count == 64, let key = Ed25519.key(seed: seed) else {
            throw .wrongLength(prefix: signingPrefix, allowed: "32 or 64 bytes")
        }
        let publicKey = Array(key.publicKey.rawRepresentation)
        guard bytes.count == 32 || Array(bytes.dropFirst(32)) == publicKey else { throw .publicKeyDiffers }
        return .signing(seed: seed, publicKey: publicKey)
    }
}

extension String {
    /// What follows the prefix; `nil` when the text begins otherwise.
    fileprivate func after(_ prefix: String) throws(SigningSecretError) -> Substring.UTF8View? {
        let start = utf8.prefix(prefix.utf8.count)
        if start.elementsEqual(prefix.utf8) { return utf8.dropFirst(prefix.utf8.count) }
        guard String(Substring(start)).lowercased() != prefix else { throw .prefixCase }
        return nil
    }
}
