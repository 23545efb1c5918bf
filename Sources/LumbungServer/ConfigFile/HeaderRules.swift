/// What a header of the operator's own may look like.
enum HeaderRules {
    /// The longest name, in bytes.
    static let nameMaxBytes = 256
    /// The longest value, in bytes.
    static let valueMaxBytes = 8192

    /// Whether the text is a token (RFC 9110, section 5.6.2).
    static func isName(_ text: String) -> Bool {
        (1...nameMaxBytes).contains(text.utf8.count) && text.utf8.allSatisfy(isTokenByte)
    }

    /// Why the value cannot be sent, or nil.
    ///
    /// Values are printable ASCII with blanks and tabs inside (RFC 9110, section 5.5): nothing can end the line.
    static func fault(inValue text: String) -> String? {
        if text.utf8.count > valueMaxBytes { return "is longer than \(valueMaxBytes) bytes" }
        if text.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A }) { return "holds a line break" }
        if !text.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 }) {
            return "holds a character other than printable ASCII"
        }
        let ends = [text.utf8.first, text.utf8.last]
        return ends.contains(0x20) || ends.contains(0x09) ? "starts or ends with a blank" : nil
    }

    /// Whether the delivery itself sets the header, so that no other may.
    static func isReserved(_ name: String) -> Bool {
        let name = name.lowercased()
        return reserved.contains(name) || name.hasPrefix("webhook-") || name.hasPrefix("lumbung-")
    }

    private static let reserved: Set<String> = [
        "connection", "content-length", "content-type", "expect", "host", "keep-alive", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    ]

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
