import Glibc
import LumbungObservability
import Testing

/// A pipe with a log sink at one end and the test at the other.
final class LogPipe: Sendable {
    /// 2026-11-22T21:15:32.123Z.
    static let noon: Int64 = 1_795_382_132_123

    let sink: LogSink
    let readEnd: Int32
    let writeEnd: Int32

    init(format: LogFormat = .text, limits: LogSinkLimits = LogSinkLimits(), nonBlocking: Bool = false) throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        readEnd = ends[0]
        writeEnd = ends[1]
        if nonBlocking { _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK) }
        let clock = LogClock { LogPipe.noon }
        sink = try LogSink(fileDescriptor: ends[1], format: format, limits: limits, clock: clock)
    }

    /// Without a reader the sink's thread gives up; only then may the descriptor's number be used again.
    deinit {
        close(readEnd)
        sink.close(withinMilliseconds: 10_000)
        close(writeEnd)
    }

    /// What is in the pipe after a flush; for less than a pipe's 64 KiB.
    func flushedBytes() throws -> [UInt8] {
        try #require(sink.flush(withinMilliseconds: 10_000))
        var available: Int32 = 0
        _ = unsafe ioctl(readEnd, UInt(FIONREAD), &available)
        return read(exactly: Int(available))
    }

    func flushedText() throws -> String { String(decoding: try flushedBytes(), as: UTF8.self) }

    func flushedLines() throws -> [String] {
        try flushedText().split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    }

    /// Reads until the bytes end with the given ones.
    func read(through ending: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while !result.suffix(ending.count).elementsEqual(ending) {
            let got = unsafe Glibc.read(readEnd, &chunk, chunk.count)
            guard got > 0 else { break }
            result += chunk[..<got]
        }
        return result
    }

    /// Reads until so many line feeds have come.
    func read(lines count: Int) -> [UInt8] {
        var result: [UInt8] = []
        var left = count
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while left > 0 {
            let got = unsafe Glibc.read(readEnd, &chunk, chunk.count)
            guard got > 0 else { break }
            result += chunk[..<got]
            left -= Array(chunk[..<got]).lineFeeds
        }
        return result
    }

    func read(exactly count: Int) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            var chunk = [UInt8](repeating: 0, count: min(65_536, count - result.count))
            let got = unsafe Glibc.read(readEnd, &chunk, chunk.count)
            guard got > 0 else { break }
            result += chunk[..<got]
        }
        return result
    }
}

extension [UInt8] {
    var lineFeeds: Int { count(where: { $0 == UInt8(ascii: "\n") }) }
}
