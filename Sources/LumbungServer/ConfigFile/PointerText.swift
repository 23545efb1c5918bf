import LumbungCore

/// A JSON Pointer as the config file writes it behind `json:`.
enum PointerText {
    /// The longest pointer, in bytes.
    static let maxBytes = 1024

    /// Whether the text is a pointer (RFC 6901) with at least one step, which a body that is accepted can have.
    static func isFit(_ text: String) -> Bool { pointer(text) != nil }

    /// The pointer (RFC 6901) with at least one step, which a body that is accepted can have; nil for another text.
    static func pointer(_ text: String) -> JSONPointer? {
        guard (1...maxBytes).contains(text.utf8.count) else { return nil }
        return try? JSONPointer(text)
    }
}
