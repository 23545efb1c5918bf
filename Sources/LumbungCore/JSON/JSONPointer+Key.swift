extension JSONPointer {
    /// The pointer to a member of the top-level object, whatever characters its key has.
    public init(key: String) {
        self.init(keys: [key])
    }

    /// The pointer to a member of nested objects.
    public init(keys: [String]) {
        self.init(tokens: keys.map { Array($0.utf8) })
    }
}
