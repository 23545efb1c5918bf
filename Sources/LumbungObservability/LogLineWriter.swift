public import Logging

/// A growing block of finished log lines, as bytes.
///
/// Everything that comes from outside goes in through ``appendText(_:)``, ``appendTextValue(_:)`` or
/// ``appendJSONString(_:)``, which escape it so that it cannot start a line, move a cursor or turn the reading
/// direction. They look at UTF-8 bytes, never at characters: `"\r\n"` is a single `Character`.
public struct LogLineWriter: Sendable {
    /// The bytes written so far.
    public private(set) var bytes: [UInt8]

    /// Makes an empty block with room for `capacity` bytes.
    public init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// The number of bytes written so far.
    public var count: Int { bytes.count }

    /// Appends text as it is: the program's own words only, never a value from outside.
    public mutating func appendTrusted(_ text: StaticString) {
        if text.hasPointerRepresentation {
            text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        } else {
            bytes.append(contentsOf: String(text.unicodeScalar).utf8)
        }
    }

    /// Appends one ASCII byte as it is.
    mutating func appendByte(_ byte: UInt8) {
        bytes.append(byte)
    }

    mutating func appendBytes(_ more: some Sequence<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Appends exactly `count` bytes, with one check for room.
    mutating func appendBytes(count: Int, _ fill: (inout OutputSpan<UInt8>) -> Void) {
        bytes.append(addingCapacity: count, initializingWith: fill)
    }

    /// Takes back everything written after the given count.
    mutating func cut(to count: Int) {
        bytes.removeLast(bytes.count - count)
    }

    /// Ends the line.
    public mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Appends a number in decimal digits.
    public mutating func appendInteger(_ value: some BinaryInteger) {
        var magnitude = UInt64(clamping: value.magnitude)
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10))
            magnitude /= 10
        } while magnitude > 0
        bytes[start...].reverse()
    }

    /// Appends the level's name in capitals, padded with blanks to five columns.
    public mutating func appendTextLevel(_ level: Logger.Level) {
        switch level {
        case .trace: appendTrusted("TRACE")
        case .debug: appendTrusted("DEBUG")
        case .info: appendTrusted("INFO ")
        case .notice: appendTrusted("NOTICE")
        case .warning: appendTrusted("WARNING")
        case .error: appendTrusted("ERROR")
        case .critical: appendTrusted("CRITICAL")
        }
    }

    /// Appends what every text line begins with: timestamp, level and a blank each.
    public mutating func beginTextLine(atMilliseconds time: Int64, level: Logger.Level) {
        appendTimestamp(milliseconds: time)
        appendByte(UInt8(ascii: " "))
        appendTextLevel(level)
        appendByte(UInt8(ascii: " "))
    }

    /// Appends what every JSON line begins with: the opening brace, `time`, `level`, and `logger` unless it is empty.
    public mutating func beginJSONLine(atMilliseconds time: Int64, level: Logger.Level, logger: String) {
        appendTrusted("{\"time\":\"")
        appendTimestamp(milliseconds: time)
        appendTrusted("\",\"level\":\"")
        appendBytes(level.rawValue.utf8)
        appendByte(UInt8(ascii: "\""))
        guard !logger.isEmpty else { return }
        appendTrusted(",\"logger\":")
        appendJSONString(logger)
    }
}
