/// What keeps a destination's events in the order in which they were received: those with the same key run one after the
/// other.
public struct OrderRule: Sendable, Hashable {
    /// What is an event's key.
    public enum Key: Sendable, Hashable {
        /// A string or a number at a place in the payload.
        case json(JSONPointer)
        /// The event's tenant, wherever its source finds it.
        case tenant
    }

    /// What is the key; events without one are in no order.
    public var key: Key
    /// Whether a dead delivery keeps those behind it waiting until a person replays or cancels it.
    public var deadBlocks: Bool

    /// Makes a rule.
    public init(by key: Key, deadBlocks: Bool = false) {
        self.key = key
        self.deadBlocks = deadBlocks
    }
}

/// The place of one delivery in an order.
public struct OrderKey: Sendable, Hashable {
    /// The longest key in bytes; a longer one stands for itself by its beginning, so that two long ones may share an order.
    public static let longestBytes = 256

    /// What the deliveries of one order have in common.
    public var text: String
    /// Whether the delivery keeps those behind it waiting when it is dead.
    public var deadBlocks: Bool

    /// Makes a key; a longer text is cut to ``longestBytes``.
    public init(_ text: String, deadBlocks: Bool = false) {
        self.text =
            text.utf8.count > Self.longestBytes
            ? String(decoding: text.utf8.prefix(Self.longestBytes), as: UTF8.self) : text
        self.deadBlocks = deadBlocks
    }

    /// The key in a value of the payload; nil for one that is no string or number, is empty, or is named twice.
    init?(_ value: ScannedValue, deadBlocks: Bool) {
        guard !value.isAmbiguous else { return nil }
        switch value.content {
        case .string(let bytes, hasLoneSurrogate: false) where !bytes.isEmpty && !bytes.contains(0):
            self.init(String(decoding: bytes, as: UTF8.self), deadBlocks: deadBlocks)
        case .number(let digits):
            self.init(String(decoding: digits, as: UTF8.self), deadBlocks: deadBlocks)
        default:
            return nil
        }
    }
}
