public import Logging

/// Writes log events as JSON, one object a line: `time`, `level`, `logger`, `message`, then the metadata as fields.
///
/// Metadata is sorted by key; nested metadata becomes objects and arrays; integers, finite floating-point numbers and
/// booleans stay what they are. A key that is one of the line's own is prefixed with `field_`. A line is at most
/// ``LogLimits/lineBytes`` long: fields that do not fit are left out and counted in `fields_left_out`.
public struct JSONLogHandler: LogHandler {
    /// Events below this level are not logged.
    public var logLevel: Logger.Level
    /// What every event of this logger carries.
    public var metadata: Logger.Metadata = [:]
    /// Asked for more metadata at every event.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let sink: LogSink

    /// Makes a handler that hands its lines to `sink` and stamps them with the sink's clock.
    ///
    /// - Parameters:
    ///   - label: What stands in `logger`; an empty label leaves the field out.
    ///   - sink: Where the lines go.
    ///   - logLevel: Events below this level are not logged.
    ///   - metadataProvider: Asked for more metadata at every event.
    public init(
        label: String,
        sink: LogSink,
        logLevel: Logger.Level = .info,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
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
        line.beginJSONLine(atMilliseconds: sink.clock.nowMilliseconds(), level: event.level, logger: label)
        line.appendTrusted(",\"message\":")
        line.appendJSONString(event.message.description)
        line.appendJSONFields(LogFields.sorted(own: metadata, provider: metadataProvider, event: event))
        line.appendByte(UInt8(ascii: "}"))
        line.endLine()
        sink.write(lines: line.bytes, level: event.level)
    }
}

extension LogLineWriter {
    /// What `,"fields_left_out":N}` and the line feed need at the end of a line.
    private static let reservedForJSONEnd = 48

    mutating func appendJSONFields(_ fields: [(key: String, value: Logger.MetadataValue)]) {
        var leftOut = 0
        for (key, value) in fields {
            let start = count
            appendByte(UInt8(ascii: ","))
            appendJSONString(Self.isReserved(key) ? "field_" + key : key)
            appendByte(UInt8(ascii: ":"))
            appendJSON(value, depth: 0)
            if count > LogLimits.lineBytes - Self.reservedForJSONEnd {
                cut(to: start)
                leftOut += 1
            }
        }
        guard leftOut > 0 else { return }
        appendTrusted(",\"fields_left_out\":")
        appendInteger(leftOut)
    }

    /// Whether a key needs the prefix: one of the line's own names, or one that already looks like a prefixed one, so
    /// that no two keys of an event ever meet.
    private static func isReserved(_ key: String) -> Bool {
        var name = key.utf8[...]
        while name.starts(with: "field_".utf8) { name = name.dropFirst(6) }
        switch Substring(name) {
        case "time", "level", "logger", "message", "fields_left_out": return true
        default: return false
        }
    }

    private mutating func appendJSON(_ value: Logger.MetadataValue, depth: Int) {
        guard depth < LogLimits.nestingDepth else { return appendTrusted("\"…\"") }
        switch value {
        case .string(let text): appendJSONString(text)
        case .stringConvertible(let convertible): appendJSON(convertible)
        case .array(let elements):
            appendByte(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() where count <= LogLimits.lineBytes {
                if index > 0 { appendByte(UInt8(ascii: ",")) }
                appendJSON(element, depth: depth + 1)
            }
            appendByte(UInt8(ascii: "]"))
        case .dictionary(let entries):
            appendByte(UInt8(ascii: "{"))
            for (index, entry) in LogFields.sorted(entries).enumerated() where count <= LogLimits.lineBytes {
                if index > 0 { appendByte(UInt8(ascii: ",")) }
                appendJSONString(entry.key)
                appendByte(UInt8(ascii: ":"))
                appendJSON(entry.value, depth: depth + 1)
            }
            appendByte(UInt8(ascii: "}"))
        }
    }

    private mutating func appendJSON(_ convertible: any CustomStringConvertible & Sendable) {
        switch convertible {
        case let number as Int: appendInteger(number)
        case let number as Int64: appendInteger(number)
        case let flag as Bool: appendBytes((flag ? "true" : "false").utf8)
        case let number as Double where number.isFinite: appendBytes(number.description.utf8)
        default: appendJSONString(convertible.description)
        }
    }
}
