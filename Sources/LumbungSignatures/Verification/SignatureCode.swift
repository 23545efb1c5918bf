import Crypto
import CryptoExtras
import LumbungCore

/// What the schemes compute.
enum SignatureCode {
    /// The HMAC of a text.
    static func hmac(_ content: [UInt8], key: [UInt8], _ algorithm: HashAlgorithm) -> [UInt8] {
        let key = SymmetricKey(data: key)
        return switch algorithm {
        case .md5: Array(HMAC<Insecure.MD5>.authenticationCode(for: content, using: key))
        case .sha1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: content, using: key))
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: content, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: content, using: key))
        }
    }

    /// The hash of a text.
    static func hash(_ content: [UInt8], _ algorithm: HashAlgorithm) -> [UInt8] {
        switch algorithm {
        case .md5: Array(Insecure.MD5.hash(data: content))
        case .sha1: Array(Insecure.SHA1.hash(data: content))
        case .sha256: Array(SHA256.hash(data: content))
        case .sha512: Array(SHA512.hash(data: content))
        }
    }

    /// The index of the first signature that is one of a public key; the content is hashed once for all of them.
    static func firstValid(_ signatures: [[UInt8]], of content: [UInt8], key: SignatureKey) -> Int? {
        switch key {
        case .shared: return nil
        case .ed25519(let key): return signatures.firstIndex { Ed25519.isValid($0, of: content, publicKey: key) }
        case .p256(let key):
            let digest = SHA256.hash(data: content)
            return signatures.firstIndex { signature in
                (try? P256.Signing.ECDSASignature(derRepresentation: signature))
                    .map { key.isValidSignature($0, for: digest) } ?? false
            }
        case .rsa(let key):
            let digest = SHA256.hash(data: content)
            return signatures.firstIndex { signature in
                key.isValidSignature(
                    _RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: .insecurePKCS1v1_5)
            }
        }
    }
}

extension SignatureEncoding {
    /// The text of a signature.
    func encoded(_ bytes: [UInt8]) -> String {
        switch self {
        case .hex: Hexadecimal.encoded(bytes)
        case .base64: Base64.encoded(bytes)
        case .base64url:
            String(Base64.encoded(bytes).filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
        }
    }

    /// The bytes of a signature's text; nil for any text but the one that ``encoded(_:)`` makes.
    func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
        switch self {
        case .hex: return Hexadecimal.decoded(text)
        case .base64: return Base64.decoded(text)
        case .base64url:
            var standard: [UInt8] = []
            for symbol in text {
                switch symbol {
                case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
                case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
                case UInt8(ascii: "+"), UInt8(ascii: "/"): return nil
                default: standard.append(symbol)
                }
            }
            if standard.last != UInt8(ascii: "=") {
                while !standard.count.isMultiple(of: 4) { standard.append(UInt8(ascii: "=")) }
            }
            return Base64.decoded(standard)
        }
    }
}
