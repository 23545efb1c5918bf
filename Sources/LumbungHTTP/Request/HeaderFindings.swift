import NIOHTTP1

/// What the header fields of a request say about its framing, read once and strictly.
///
/// The decoder refuses most of what two readers could read in two ways; this repeats the rules that matter, because the
/// safety of what stands behind a proxy hangs on them (RFC 9112, sections 3.2, 5.2 and 6).
struct HeaderFindings: Sendable, Hashable {
    /// The declared length of the body in bytes; `Int.max` for one beyond any integer.
    private(set) var contentLength: Int?
    /// Whether the body comes in chunks.
    private(set) var isChunked = false
    /// Whether the sender waits for a `100 Continue`.
    private(set) var expectsContinue = false
    /// Whether it expects anything else.
    private(set) var expectsOther = false
    /// Whether it asks for another protocol.
    private(set) var hasUpgrade = false
    /// Why the head must be refused with 400.
    private(set) var defect: String?

    private var hostCount = 0

    /// Whether bytes follow the head.
    var hasBody: Bool { isChunked || (contentLength ?? 0) > 0 }

    init(_ head: HTTPRequestHead) {
        // Values with blanks behind them, which a proxy may read in another way, are refused where they frame the body.
        for (name, value) in head.headers { read(name, value) }
        if isChunked, contentLength != nil { fail("Content-Length and Transfer-Encoding were both sent") }
        let isOld = head.version.isBeforeHTTP11
        if isChunked, isOld { fail("HTTP/1.0 knows no Transfer-Encoding") }
        if hostCount == 0, !isOld { fail("the Host header is missing") }
        if hostCount > 1 { fail("the Host header was sent more than once") }
        if isOld { expectsContinue = false }
    }

    private mutating func read(_ name: String, _ value: String) {
        // A folded line reaches this point with the line end inside its value.
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            return fail("a header value has a control character or is folded")
        }
        switch name.utf8.count {
        case 4 where ASCII.matches(name, "host"): readHost(value)
        case 6 where ASCII.matches(name, "expect"): readExpect(value)
        case 7 where ASCII.matches(name, "upgrade"): hasUpgrade = true
        case 14 where ASCII.matches(name, "content-length"): readLength(value)
        case 17 where ASCII.matches(name, "transfer-encoding"): readEncoding(value)
        default: break
        }
    }

    private mutating func readHost(_ value: String) {
        hostCount += 1
        if value.isEmpty || !value.utf8.allSatisfy(ASCII.isHostCharacter) { fail("the Host header names no host") }
    }

    private mutating func readExpect(_ value: String) {
        if ASCII.matches(value, "100-continue") { expectsContinue = true } else { expectsOther = true }
    }

    private mutating func readLength(_ value: String) {
        if contentLength != nil { fail("Content-Length was sent more than once") }
        guard !value.isEmpty, value.utf8.allSatisfy(ASCII.isDigit) else { return fail("Content-Length is no number") }
        contentLength = Int(value) ?? .max
    }

    private mutating func readEncoding(_ value: String) {
        if isChunked { fail("Transfer-Encoding was sent more than once") }
        isChunked = true
        if !ASCII.matches(value, "chunked") { fail("the only Transfer-Encoding known here is chunked") }
    }

    private mutating func fail(_ reason: String) {
        if defect == nil { defect = reason }
    }
}

extension HTTPVersion {
    /// Whether it is HTTP/1.0 or older.
    var isBeforeHTTP11: Bool { (major, minor) < (1, 1) }
}
