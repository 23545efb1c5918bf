extension Duration {
    /// The duration in a sentence: `1 second`, `15 seconds`, `0.2 seconds`.
    public var words: String {
        let (seconds, rest) = components
        guard rest == 0 else { return "\(self)" }
        return seconds == 1 ? "1 second" : "\(seconds) seconds"
    }
}
