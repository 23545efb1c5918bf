/// The shape of a log line, `LOG_FORMAT` in the settings.
public enum LogFormat: String, Sendable, CaseIterable {
    /// A timestamp, a level, a message and `key=value` pairs, for people.
    case text
    /// One JSON object a line, for programs.
    case json
}

/// The bounds of everything that is logged, so that no value from outside can fill a disk or a terminal.
public enum LogLimits {
    /// A value is cut when its escaped form would pass this many bytes; the cut says how many bytes are missing.
    public static let valueBytes = 4096

    /// A request's method is cut past this many bytes.
    public static let methodBytes = 64

    /// A line, its line feed included, is never longer; fields that do not fit are left out and counted.
    public static let lineBytes = 16 * 1024

    /// Metadata nested deeper than this is shown as `…`.
    public static let nestingDepth = 8

    /// A request with more events than this logs the first ones and how many more there were.
    public static let eventsPerRequest = 1000
}
