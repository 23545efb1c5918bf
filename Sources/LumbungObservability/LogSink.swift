public import Logging

/// A buffer in front of a file descriptor: any thread hands in finished lines, one thread of its own writes them.
///
/// Handing in costs a copy under a lock and, when the writing thread sleeps, one signal. The thread writes everything
/// that came meanwhile with a single `write(2)`, and sleeps without waking up while there is nothing to write.
///
/// The memory is bounded (``LogSinkLimits``): what does not fit is dropped, and one line `N log lines dropped` says so
/// when there is room again. A reader that went away (`EPIPE`, `EBADF`) ends the writing quietly. Lines that were
/// handed in and not flushed are lost when the process is killed.
public final class LogSink: Sendable {
    /// The clock that stamps the lines of this sink.
    public let clock: LogClock

    private let writer: LogWriter

    /// Starts the writing thread.
    ///
    /// - Parameters:
    ///   - fileDescriptor: Where the lines go, 2 being standard error. It stays the caller's and is never closed here.
    ///   - format: The shape of the line about dropped lines.
    ///   - limits: The bounds.
    ///   - clock: The clock that stamps the lines.
    /// - Throws: ``LogSinkError/threadNotStarted(errno:)`` when the system has no thread left.
    public init(
        fileDescriptor: Int32 = 2,
        format: LogFormat = .text,
        limits: LogSinkLimits = LogSinkLimits(),
        clock: LogClock = .system
    ) throws(LogSinkError) {
        self.clock = clock
        writer = LogWriter(fileDescriptor: fileDescriptor, format: format, limits: limits, clock: clock)
        try writer.start()
    }

    deinit {
        writer.stop()
    }

    /// Hands in one or more finished lines, each ended by a line feed.
    ///
    /// They are written side by side or not at all.
    /// Never blocks on the file. Safe on any thread. After ``close(withinMilliseconds:)`` it does nothing.
    public func write(lines block: [UInt8], level: Logger.Level) {
        writer.append(block, level: level)
    }

    /// Blocks the calling thread until everything handed in before is written, or cannot be written any more.
    ///
    /// - Parameter limit: How long to wait at most; `nil` waits as long as it takes.
    /// - Returns: Whether it is done; false when the time was over.
    @discardableResult
    public func flush(withinMilliseconds limit: Int? = nil) -> Bool {
        writer.flush(withinMilliseconds: limit)
    }

    /// Flushes and ends the writing thread; lines that come later are ignored.
    ///
    /// - Parameter limit: How long to wait at most; `nil` waits as long as it takes.
    /// - Returns: Whether everything was written; false when the time was over.
    @discardableResult
    public func close(withinMilliseconds limit: Int? = nil) -> Bool {
        writer.stop()
        return writer.flush(withinMilliseconds: limit)
    }

    /// How many lines were dropped since the start because they did not fit or could not be written.
    public var droppedLines: Int { writer.droppedLines }
}

/// Why a log sink could not start.
public enum LogSinkError: Error, Equatable, CustomStringConvertible {
    /// `pthread_create` failed with this error number.
    case threadNotStarted(errno: Int32)

    /// One sentence for a person.
    public var description: String {
        switch self {
        case .threadNotStarted(let errno): "the log's thread could not be started (error number \(errno))"
        }
    }
}
