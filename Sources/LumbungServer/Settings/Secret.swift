/// Text that no output shows: descriptions, dumps and interpolations give `********`.
public struct Secret: Sendable, Equatable {
    /// The text itself, for the one place that uses it.
    public let revealed: String

    /// What stands for a secret in every output; its length says nothing about the text.
    static let mask = "********"

    /// Hides the text.
    public init(_ text: String) {
        revealed = text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The mask.
    public var description: String { Self.mask }

    /// The mask.
    public var debugDescription: String { Self.mask }

    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
