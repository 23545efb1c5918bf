import Logging
import LumbungHTTP
import LumbungObservability

/// The server's log: one sink on standard output, loggers and the webhook log that write to it.
struct Logs: Sendable {
    let sink: LogSink
    let webhooks: WebhookLog
    private let level: Logger.Level
    private let format: LumbungObservability.LogFormat

    /// Opens the log.
    /// - Throws: ``LogSinkError`` when its thread cannot be started.
    init(_ settings: Settings) throws {
        level = settings.logLevel
        format = settings.logFormat == .json ? .json : .text
        sink = try LogSink(fileDescriptor: 1, format: format)
        webhooks = WebhookLog(sink: sink, format: format, logLevel: level)
    }

    /// A logger that writes to the sink.
    func logger(_ label: String) -> Logger {
        Logger(label: label) { label in
            switch format {
            case .text: TextLogHandler(sink: sink, logLevel: level)
            case .json: JSONLogHandler(label: label, sink: sink, logLevel: level)
            }
        }
    }

    /// Hands everything to the operating system; a reader that stalls is given a second.
    func close() {
        sink.close(withinMilliseconds: 1000)
    }
}
