/// A valid body: its shape, and its events with the values that the plan asked for.
public struct ScannedBody: Equatable, Sendable {
    /// Whether the body was one event or a list of events.
    public enum Shape: Equatable, Sendable {
        /// The body is one object, which is one event.
        case object
        /// The events are the elements of an array.
        case array
    }

    /// Whether the body was one event or a list of events.
    public var shape: Shape

    /// The events in the body's order.
    public var elements: [ScannedElement]

    /// Makes a scanned body from its parts.
    public init(shape: Shape, elements: [ScannedElement]) {
        self.shape = shape
        self.elements = elements
    }
}

/// One event of a body.
public struct ScannedElement: Equatable, Sendable {
    /// The event's bytes in the body.
    ///
    /// For a top-level object this is the whole body with the white space around it, kept as received; for an element
    /// of an array it is exactly from `{` to `}`.
    public var range: Range<Int>

    /// The wanted values, parallel to `ScanPlan.pointers`.
    public var values: [ScannedValue]

    /// Makes an element from its parts.
    public init(range: Range<Int>, values: [ScannedValue]) {
        self.range = range
        self.values = values
    }
}

/// What stands at one wanted place of an event.
public struct ScannedValue: Equatable, Sendable {
    /// The kinds of value, with the bytes of the two that are used as identities.
    public enum Content: Equatable, Sendable {
        /// Nothing is there.
        case absent
        /// The literal `null`.
        case null
        /// The literal `true` or `false`.
        case bool(Bool)
        /// A number, byte for byte as it stands in the text.
        case number([UInt8])
        /// A string with its escapes resolved, always valid UTF-8.
        ///
        /// A `\u` escape that is half of a surrogate pair is grammatical JSON but no character: it is U+FFFD here and
        /// `hasLoneSurrogate` is true, since two different texts then look alike.
        case string([UInt8], hasLoneSurrogate: Bool)
        /// An object.
        case object
        /// An array.
        case array
    }

    /// The value; the one of the first occurrence where the place is ambiguous.
    public var content: Content

    /// True when a key on the way to this place, or its own, occurs more than once in its object.
    ///
    /// Readers disagree on which occurrence counts, so nobody may act on such a value. Keys are compared with their
    /// escapes resolved. It can be true while `content` is absent.
    public var isAmbiguous: Bool

    /// Makes a value from its parts.
    public init(content: Content, isAmbiguous: Bool = false) {
        self.content = content
        self.isAmbiguous = isAmbiguous
    }

    static let absent = ScannedValue(content: .absent)
}
