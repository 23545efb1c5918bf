public import Logging

/// Writes log events as text lines for people: `2026-11-22T21:15:32.123Z INFO  message key=value`.
///
/// One event is one line, whatever its message and metadata contain. Metadata is sorted by key; a value that is not a
/// plain word stands in quotes. A line is at most ``LogLimits/lineBytes`` long: fields that do not fit are left out and
/// counted in `…(N fields more)`.
public struct TextLogHandler: LogHandler {
    /// Events below this level are not logged.
    public var logLevel: Logger.Level
    /// What every event of this logger carries.
    public var metadata: Logger.Metadata = [:]
    /// Asked for more metadata at every event.
    public var metadataProvider: Logger.MetadataProvider?

    private let sink: LogSink

    /// Makes a handler that hands its lines to `sink` and stamps them with the sink's clock.
    public init(sink: LogSink, logLevel: Logger.Level = .info, metadataProvider: Logger.MetadataProvider? = nil) {
        self.sink = sink
        self.logLevel = logLevel
        self.metadataProvider = metadataProvider
    }

    /// Reads or changes one entry of the metadata that every event carries.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Turns the event into one line and hands it to the sink; never blocks on the file.
    public func log(event: LogEvent) {
        var line = LogLineWriter()
        line.beginTextLine(atMilliseconds: sink.clock.nowMilliseconds(), level: event.level)
        line.appendText(event.message.description)
        line.appendTextFields(LogFields.sorted(own: metadata, provider: metadataProvider, event: event))
        line.endLine()
        sink.write(lines: line.bytes, level: event.level)
    }
}

extension LogLineWriter {
    /// What the longest note about left-out fields and the line feed need at the end of a line.
    private static let reservedForTextEnd = 48

    mutating func appendTextFields(_ fields: [(key: String, value: Logger.MetadataValue)]) {
        var leftOut = 0
        for (key, value) in fields {
            let start = count
            appendByte(UInt8(ascii: " "))
            appendTextPair(key: key, value: value, depth: 0)
            if count > LogLimits.lineBytes - Self.reservedForTextEnd {
                cut(to: start)
                leftOut += 1
            }
        }
        guard leftOut > 0 else { return }
        appendTrusted(" …(")
        appendInteger(leftOut)
        appendTrusted(" fields more)")
    }

    private mutating func appendTextPair(key: String, value: Logger.MetadataValue, depth: Int) {
        appendTextValue(key)
        appendByte(UInt8(ascii: "="))
        appendText(value, depth: depth)
    }

    private mutating func appendText(_ value: Logger.MetadataValue, depth: Int) {
        guard depth < LogLimits.nestingDepth else { return appendTrusted("…") }
        switch value {
        case .string(let text): appendTextValue(text)
        case .stringConvertible(let convertible): appendTextValue(convertible.description)
        case .array(let elements):
            appendByte(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() where count <= LogLimits.lineBytes {
                if index > 0 { appendTrusted(", ") }
                appendText(element, depth: depth + 1)
            }
            appendByte(UInt8(ascii: "]"))
        case .dictionary(let entries):
            appendByte(UInt8(ascii: "{"))
            for (index, entry) in LogFields.sorted(entries).enumerated() where count <= LogLimits.lineBytes {
                if index > 0 { appendTrusted(", ") }
                appendTextPair(key: entry.key, value: entry.value, depth: depth + 1)
            }
            appendByte(UInt8(ascii: "}"))
        }
    }
}
