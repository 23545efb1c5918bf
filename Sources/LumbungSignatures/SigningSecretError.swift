/// What is wrong with the text of a secret or a key.
public enum SigningSecretError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no text.
    case empty
    /// The text is longer than ``SigningSecret/longestText``.
    case tooLong
    /// The text has fewer bytes than ``SigningSecret/fewestBytes``.
    case tooShort
    /// The text holds a character that nobody sees: a control character, a line break, a mark without width.
    case invisibleCharacter
    /// The text begins or ends with a blank.
    case blankAround
    /// A known prefix stands there in other letters than lower-case ones.
    case prefixCase
    /// What follows the prefix is not strict base64.
    case notBase64(prefix: String)
    /// What follows the prefix decodes to another number of bytes than it may.
    case wrongLength(prefix: String, allowed: String)
    /// The second half of a `whsk_` secret is not the public key of its seed.
    case publicKeyDiffers
    /// A `whpk_` key was given where signatures have to be made.
    case publicKey

    /// One sentence for the operator; nothing of the secret is in it, nor how long it is.
    public var description: String {
        switch self {
        case .empty: "the secret is empty"
        case .tooLong: "the secret is longer than \(SigningSecret.longestText) bytes"
        case .tooShort:
            "the secret is shorter than \(SigningSecret.fewestBytes) bytes; best is whsec_ and 32 random bytes in base64"
        case .invisibleCharacter: "the secret holds a control character, a line break or a mark without width"
        case .blankAround: "the secret begins or ends with a blank"
        case .prefixCase: "the prefixes whsec_, whsk_ and whpk_ are written in lower case"
        case .notBase64(let prefix): "what follows \(prefix) in the secret is not standard base64 with its padding"
        case .wrongLength(let prefix, let allowed): "what follows \(prefix) in the secret is not \(allowed) in base64"
        case .publicKeyDiffers: "the public key in the whsk_ secret is not the one of its seed"
        case .publicKey: "a whpk_ key is a public key, which checks signatures but makes none"
        }
    }
}
