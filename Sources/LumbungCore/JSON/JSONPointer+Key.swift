extension JSONPointer {
    /// The pointer to one key of the top-level object.
    public init(key: String) {
        self.init(tokens: [Array(key.utf8)])
    }
}
