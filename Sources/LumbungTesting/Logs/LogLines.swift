public import Logging
import Synchronization

/// Keeps log lines for a test.
public final class LogLines: Sendable {
    private struct Line: Sendable {
        let level: Logger.Level
        let message: String
        /// `key=value`, sorted.
        let fields: [String]
    }

    private let kept = Mutex<[Line]>([])
    private let level: Logger.Level

    /// Keeps lines of a level and above.
    public init(from level: Logger.Level = .info) {
        self.level = level
    }

    /// Level and message of each line.
    public var all: [String] { kept.withLock { $0.map { "\($0.level) \($0.message)" } } }

    /// Message and fields of each line, such as `done by=me count=3`.
    public var facts: [String] {
        kept.withLock { $0.map { ([$0.message] + $0.fields).joined(separator: " ") } }
    }

    /// Level, message and fields of each line.
    public var whole: [String] {
        kept.withLock { $0.map { (["\($0.level) \($0.message)"] + $0.fields).joined(separator: " ") } }
    }

    /// Writes here.
    public var logger: Logger { Logger(label: "test") { _ in Handler(lines: self, logLevel: self.level) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let line = Line(level: event.level, message: event.message.description, fields: fields)
            lines.kept.withLock { $0.append(line) }
        }
    }
}
