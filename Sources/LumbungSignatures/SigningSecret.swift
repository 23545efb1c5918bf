/// A secret that signs deliveries.
///
/// Its text never shows: not in a description, a reflection or an error.
public struct SigningSecret: Sendable, Hashable {
    /// The fewest bytes of a key: 128 bits.
    public static let fewestBytes = 16
    /// The most bytes of a secret's text.
    public static let longestText = 512

    let content: KeyText.Content

    /// Reads the text of a secret.
    ///
    /// | text | key |
    /// |---|---|
    /// | `whsec_` and base64 of 24 to 64 bytes | these bytes, for HMAC-SHA256 |
    /// | `whsk_` and base64 of 32 bytes | the seed of an Ed25519 key |
    /// | `whsk_` and base64 of 64 bytes | the same, and its public key behind it |
    /// | base64 of 24 to 64 bytes | these bytes, for HMAC-SHA256 |
    /// | anything else of at least ``fewestBytes`` | the bytes of its UTF-8, for HMAC-SHA256 |
    ///
    /// Base64 is the standard one with padding. The first three forms are those of Standard Webhooks 1.0.0
    /// (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>), with the second
    /// half of `whsk_` as Svix writes it. The fourth is what the reference libraries make of a text without a prefix, so
    /// 64 hexadecimal digits are 48 bytes in base64; a prefix leaves no doubt.
    ///
    /// - Throws: ``SigningSecretError`` with what is wrong; among it more than ``longestText`` bytes, blanks around the
    ///   text, and characters that nobody sees.
    public init(_ text: String) throws(SigningSecretError) {
        content = try KeyText.read(text)
        if case .verifying = content { throw .publicKey }
    }
}

/// A key that checks signatures: a signing secret, or the public half of one.
///
/// Its text never shows, as with ``SigningSecret``.
public struct VerificationKey: Sendable, Hashable {
    let content: KeyText.Content

    /// The key that checks what the secret signs.
    public init(_ secret: SigningSecret) {
        content = secret.content
    }

    /// Reads the text of a secret as ``SigningSecret/init(_:)`` does, or `whpk_` and the base64 of an Ed25519 public
    /// key's 32 bytes.
    ///
    /// - Throws: ``SigningSecretError`` with what is wrong.
    public init(_ text: String) throws(SigningSecretError) {
        content = try KeyText.read(text)
    }
}

/// What stands for a secret in every output; its length says nothing about the text.
private let mask = "********"

extension SigningSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The mask.
    public var description: String { mask }

    /// The mask.
    public var debugDescription: String { mask }

    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension VerificationKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The mask.
    public var description: String { mask }

    /// The mask.
    public var debugDescription: String { mask }

    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
