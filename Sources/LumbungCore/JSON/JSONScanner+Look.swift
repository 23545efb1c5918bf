extension JSONScanner {
    /// Whether bytes look like a JSON object or array: the first that is no blank opens one.
    ///
    /// Nothing behind it is looked at.
    public static func looksLikeJSON(_ bytes: [UInt8]) -> Bool {
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        guard let first = bytes.first(where: { !blanks.contains($0) }) else { return false }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}
