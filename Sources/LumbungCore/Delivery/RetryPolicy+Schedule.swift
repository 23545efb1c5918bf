extension RetryPolicy {
    /// The policy's waits as a table in Markdown, for the documentation.
    ///
    /// Each wait is drawn evenly from zero to the longest one of its row, so half of that is the mean.
    public var markdownSchedule: String {
        var lines = [
            "| attempt | at most so long after the one before | at most so long after the first |", "|---|---|---|",
        ]
        var total = Duration.zero
        for attempt in 1...max(1, attempts) {
            let wait = attempt == 1 ? Duration.zero : ceiling(afterAttempt: attempt - 1)
            total += wait
            lines.append("| \(attempt) | \(Self.words(wait)) | \(Self.words(total)) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A length of time in its largest units, such as `1 h 25 min`.
    private static func words(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        guard seconds > 0 else { return "at once" }
        let parts = [(seconds / 3600, "h"), (seconds % 3600 / 60, "min"), (seconds % 60, "s")]
        return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}
