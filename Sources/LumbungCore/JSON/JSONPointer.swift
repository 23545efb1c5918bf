/// The place of one value inside a JSON document, as RFC 6901 writes it: `/data/0/action`.
///
/// Two pointers are equal when their tokens are equal byte for byte; Unicode forms are not folded.
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// The empty pointer, which names the whole document.
    public static let root = JSONPointer(tokens: [])

    /// The longest pointer accepted, in tokens: a deeper value cannot exist in a body that is accepted.
    public static let maxTokens = ScanPlan.maxDepth

    /// The reference tokens with `~0` and `~1` already turned back into `~` and `/`, as UTF-8.
    public let tokens: [[UInt8]]

    init(tokens: [[UInt8]]) {
        self.tokens = tokens
    }

    /// Reads a pointer from its text form (RFC 6901, section 3).
    ///
    /// - Throws: `JSONPointerError`, which says what is wrong with the text and where.
    public init(_ text: String) throws(JSONPointerError) {
        var tokens: [[UInt8]] = []
        var token: [UInt8] = []
        var isAfterTilde = false
        var byteOffset = 0
        for byte in text.utf8 {
            if byteOffset == 0 {
                guard byte == UInt8(ascii: "/") else { throw .missingLeadingSlash }
            } else if isAfterTilde {
                switch byte {
                case UInt8(ascii: "0"): token.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): token.append(UInt8(ascii: "/"))
                default: throw .badTilde(byteOffset: byteOffset - 1)
                }
                isAfterTilde = false
            } else if byte == UInt8(ascii: "~") {
                isAfterTilde = true
            } else if byte == UInt8(ascii: "/") {
                tokens.append(token)
                token = []
            } else {
                token.append(byte)
            }
            byteOffset += 1
        }
        guard !isAfterTilde else { throw .badTilde(byteOffset: byteOffset - 1) }
        if byteOffset > 0 {
            tokens.append(token)
        }
        guard tokens.count <= Self.maxTokens else { throw .tooManyTokens(limit: Self.maxTokens) }
        self.tokens = tokens
    }

    /// The array position a token names, or nil when it names none (RFC 6901, section 4: digits, no leading zero).
    ///
    /// The token `-`, the position after the last element, names no value and gives nil.
    public static func arrayIndex(of token: [UInt8]) -> Int? {
        // 18 digits always fit an Int, and no body has that many elements.
        guard let first = token.first, token.count <= 18 else { return nil }
        guard first != UInt8(ascii: "0") || token.count == 1 else { return nil }
        var index = 0
        for byte in token {
            guard JSONGrammar.isDigit(byte) else { return nil }
            index = index * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return index
    }

    /// The pointer's text, with `~` and `/` inside tokens escaped again.
    public var description: String {
        var text: [UInt8] = []
        for token in tokens {
            text.append(UInt8(ascii: "/"))
            for byte in token {
                switch byte {
                case UInt8(ascii: "~"): text.append(contentsOf: [UInt8(ascii: "~"), UInt8(ascii: "0")])
                case UInt8(ascii: "/"): text.append(contentsOf: [UInt8(ascii: "~"), UInt8(ascii: "1")])
                default: text.append(byte)
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Why a text is not a JSON Pointer.
public enum JSONPointerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text is not empty and does not begin with a slash.
    case missingLeadingSlash
    /// A tilde is followed by something other than `0` or `1`; the offset is the tilde's, in UTF-8 bytes.
    case badTilde(byteOffset: Int)
    /// The pointer has more tokens than `limit`, the deepest nesting that is accepted.
    case tooManyTokens(limit: Int)

    /// One sentence for the person who wrote the pointer.
    public var description: String {
        switch self {
        case .missingLeadingSlash:
            "a JSON Pointer is empty or begins with '/'"
        case .badTilde(let byteOffset):
            "'~' must be followed by 0 (for '~') or 1 (for '/') at byte \(byteOffset)"
        case .tooManyTokens(let limit):
            "a JSON Pointer has at most \(limit) parts"
        }
    }
}
