/// Why a body was refused, and at which byte.
public struct ScanError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let reason: Reason

    /// Where it is wrong, counted in bytes from the start of the body.
    ///
    /// A number, a literal and an escape are pointed at by their first byte; an end that came too early by the length
    /// of the body; everything else by the byte that does not fit.
    public let byteOffset: Int

    /// Makes an error from its parts.
    public init(_ reason: Reason, at byteOffset: Int) {
        self.reason = reason
        self.byteOffset = byteOffset
    }

    /// One sentence for the sender, such as `expected ',' or '}' at byte 17`; it holds no byte of the body.
    public var description: String {
        "\(reason) at byte \(byteOffset)"
    }

    /// What can be wrong with a body.
    public enum Reason: Equatable, Sendable, CustomStringConvertible {
        /// The body has no bytes, or only white space.
        case emptyBody
        /// The body begins with a UTF-8 or UTF-16 byte order mark, which RFC 8259, section 8.1, does not allow.
        case byteOrderMark
        /// A string holds bytes that are not UTF-8.
        case invalidUTF8
        /// A string holds a byte below 0x20 that is not escaped.
        case controlCharacterInString
        /// A backslash is followed by something that RFC 8259, section 7, does not know.
        case badEscape
        /// A number does not follow RFC 8259, section 6.
        case badNumber
        /// A word that begins like `true`, `false` or `null` and is not.
        case badLiteral
        /// Another byte stands where one of the named kind was expected.
        case unexpectedByte(expected: Expectation)
        /// The body ends where something more was expected.
        case unexpectedEnd(expected: Expectation)
        /// More than `ScanPlan.maxDepth` containers are open at once.
        case tooDeep
        /// Something other than white space follows the document.
        case trailingData
        /// The body is some other JSON value, or an element of the array is.
        case notAnObjectOrArrayOfObjects
        /// The array holds more events than the plan allows.
        case tooManyElements(limit: Int)
        /// The plan's split pointer names nothing in the body.
        case splitNotFound
        /// A key on the way to the array of events occurs twice.
        case splitAmbiguous

        /// The reason without its place.
        public var description: String {
            switch self {
            case .emptyBody: "the body is empty"
            case .byteOrderMark: "the body begins with a byte order mark, which JSON does not allow"
            case .invalidUTF8: "invalid UTF-8"
            case .controlCharacterInString: "a control character in a string that is not escaped"
            case .badEscape: "an invalid escape in a string"
            case .badNumber: "a malformed number"
            case .badLiteral: "an unknown word, expected true, false or null"
            case .unexpectedByte(let expected): "expected \(expected.rawValue)"
            case .unexpectedEnd(let expected): "expected \(expected.rawValue) but the body ends"
            case .tooDeep: "nested deeper than \(ScanPlan.maxDepth)"
            case .trailingData: "more data after the end of the document"
            case .notAnObjectOrArrayOfObjects: "not an object or an array of objects"
            case .tooManyElements(let limit): "more than \(limit) events in one body"
            case .splitNotFound: "no array of events where the source's split points"
            case .splitAmbiguous: "a key on the way to the array of events occurs twice"
            }
        }
    }

    /// What the grammar wanted; the raw value is the wording for people.
    public enum Expectation: String, Equatable, Sendable {
        /// The whole document.
        case document = "an object or an array of objects"
        /// Any value.
        case value = "a value"
        /// A value, or the end of an empty array.
        case valueOrArrayEnd = "a value or ']'"
        /// The first event of an array, or its end.
        case objectOrArrayEnd = "'{' or ']'"
        /// The next event of an array.
        case object = "'{'"
        /// A key after a comma.
        case key = "a key in double quotes"
        /// The first key of an object, or its end.
        case keyOrObjectEnd = "a key in double quotes or '}'"
        /// The colon between key and value.
        case colon = "':'"
        /// The next member or the end of the object.
        case commaOrObjectEnd = "',' or '}'"
        /// The next element or the end of the array.
        case commaOrArrayEnd = "',' or ']'"
        /// The end of a string.
        case closingQuote = "a closing '\"'"
        /// The rest of an escape.
        case escape = "the rest of an escape"
        /// A digit of a number.
        case digit = "a digit"
        /// The rest of a literal.
        case literal = "the rest of true, false or null"
    }
}
