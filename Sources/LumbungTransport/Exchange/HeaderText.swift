/// The text rules of request headers.
enum HeaderText {
    private static let framing: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect",
        "proxy-connection", "proxy-authorization", "proxy-authenticate",
    ]

    /// Makes any text fit for a header: visible ASCII stays, `%` and every other byte become `%` and two digits.
    static func percentEncoded(_ text: String) -> String {
        guard !text.utf8.allSatisfy(isPlain) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            if isPlain(byte) {
                result.append(byte)
            } else {
                result += escape(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// `%` and two digits.
    static func escape(_ byte: UInt8) -> [UInt8] {
        [UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 15)]
    }

    /// Whether a header can carry the value as it is: visible ASCII with blanks and tabs inside.
    static func isValue(_ value: String) -> Bool {
        let bytes = value.utf8
        guard bytes.first != 0x20, bytes.first != 0x09, bytes.last != 0x20, bytes.last != 0x09 else { return false }
        return bytes.allSatisfy { ($0 >= 0x20 && $0 < 0x7f) || $0 == 0x09 }
    }

    /// Checks a header of the operator's.
    static func checkOwn(name: String, value: String) throws(HTTPDestinationError) {
        guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
            throw .header(name: name, reason: "has a name that is no HTTP token")
        }
        guard isValue(value) else {
            throw .header(name: name, reason: "has a value with other characters than visible ASCII and blanks inside")
        }
        let lower = name.lowercased()
        guard !framing.contains(lower), !lower.hasPrefix("webhook-"), !lower.hasPrefix("lumbung-") else {
            throw .header(name: name, reason: "is set by Lumbung itself")
        }
    }

    /// Whether a header that was received may be passed on: none of the message, the connection, its caller or a signature,
    /// and none that Lumbung sets.
    static func isForwardable(_ lowercasedName: String) -> Bool {
        guard !lowercasedName.isEmpty, lowercasedName.utf8.allSatisfy(isNameByte) else { return false }
        return !framing.contains(lowercasedName) && !ownOrSecret.contains(lowercasedName)
            && !["webhook-", "svix-", "lumbung-", "content-", "accept", "proxy-"].contains(
                where: lowercasedName.hasPrefix)
            && !["signature", "hmac"].contains(where: lowercasedName.contains)
    }

    private static let ownOrSecret: Set<String> = ["authorization", "cookie", "set-cookie", "user-agent"]

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x21 && byte <= 0x7e && byte != UInt8(ascii: "%")
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    /// The characters of a token (RFC 9110, section 5.6.2).
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
