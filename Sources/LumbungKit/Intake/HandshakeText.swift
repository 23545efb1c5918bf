/// What of a question may stand in an answer.
enum HandshakeText {
    /// The longest text that is sent back, in bytes.
    static let maxBytes = 4096
    /// The longest text that is signed, in bytes.
    static let signedMaxBytes = 256
    /// The longest origin of `cloudevents`, in bytes: a host's name has at most 253 (RFC 1035, section 2.3.4).
    static let originMaxBytes = 256

    /// Whether a text may be sent back: printable ASCII, so that it ends no line and no reader takes it for more.
    static func isEchoed(_ text: [UInt8]) -> Bool {
        (1...maxBytes).contains(text.count) && text.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// Whether a text may be signed for whoever asks.
    ///
    /// A sender signs its events with the same secret. Who asks to have an event's text signed, or `v0:time:body`, has a
    /// forged event; so nothing is signed that could be one of them.
    static func isSigned(_ text: [UInt8]) -> Bool {
        (1...signedMaxBytes).contains(text.count) && text.allSatisfy(isTokenCharacter)
    }

    /// Whether a text may stand in a header: visible ASCII.
    static func isOrigin(_ text: String) -> Bool {
        (1...originMaxBytes).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Letters and digits, and what base64, base64url and UUIDs have besides.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "+/=-_.~".utf8.contains(byte)
        }
    }
}
