/// Checks on the secret that payloads are signed with; no message repeats any of it.
///
/// The prefixes and the lengths of their keys are those of Standard Webhooks
/// (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>, "Signature scheme").
enum SigningSecret {
    /// The most secrets of one destination: each adds a signature to every request.
    static let maxCount = 4
    /// The length of a secret without a prefix, in bytes.
    static let textBytes = 16...4096

    /// Why the secret cannot be used, or nil.
    static func fault(in text: String) -> String? {
        for scalar in text.unicodeScalars {
            if isLineBreak(scalar) { return "holds a line break" }
            if scalar.properties.generalCategory == .control { return "holds a control character" }
        }
        if text.hasPrefix("whpk_") { return "is a public key (`whpk_`); signing needs the private one (`whsk_`)" }
        if text.hasPrefix("whsec_") {
            let count = base64ByteCount(text.utf8.dropFirst(6))
            let isFit = count.map { (24...64).contains($0) } ?? false
            return isFit ? nil : "must be 24 to 64 bytes in standard base64 (with padding) behind `whsec_`"
        }
        if text.hasPrefix("whsk_") {
            // An Ed25519 seed, or the seed and its public key (RFC 8032, section 5.1.5).
            let isFit = base64ByteCount(text.utf8.dropFirst(5)).map { $0 == 32 || $0 == 64 } ?? false
            return isFit ? nil : "must be 32 or 64 bytes in standard base64 (with padding) behind `whsk_`"
        }
        if textBytes.contains(text.utf8.count) { return nil }
        return "must be \(textBytes.lowerBound) to \(textBytes.upperBound) bytes, or a key behind `whsec_` or `whsk_`"
    }

    /// How many bytes the text stands for; nil when it is no base64 (RFC 4648, section 4).
    private static func base64ByteCount(_ text: Substring.UTF8View) -> Int? {
        let digits = text.prefix { $0 != UInt8(ascii: "=") }
        let padding = text.dropFirst(digits.count)
        guard digits.allSatisfy(isBase64Digit), padding.allSatisfy({ $0 == UInt8(ascii: "=") }) else { return nil }
        guard text.count.isMultiple(of: 4), padding.count <= 2 else { return nil }
        return text.count / 4 * 3 - padding.count
    }

    private static func isBase64Digit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"): true
        default: false
        }
    }

    /// The line breaks of Unicode (section 5.8).
    private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
