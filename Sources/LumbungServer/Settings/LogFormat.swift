/// The form of a log line.
public enum LogFormat: String, Sendable, Equatable, CaseIterable {
    /// One line for a person to read.
    case text
    /// One JSON object a line.
    case json
}
