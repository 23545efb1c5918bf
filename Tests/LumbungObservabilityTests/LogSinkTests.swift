import Foundation
import Glibc
import Logging
import LumbungObservability
import Testing

@Suite struct LogSinkTests {
    private func block(_ line: String, count: Int = 1) -> [UInt8] {
        Array(repeatElement(line + "\n", count: count).joined().utf8)
    }

    @Test func `flush waits for everything handed in before`() throws {
        let pipe = try LogPipe()
        for index in 0..<100 {
            pipe.sink.write(lines: block("line \(index)"), level: .info)
            if index % 10 == 9 { #expect(try pipe.flushedLines().count == 10) }
        }
    }

    @Test func `blocks of many threads stay in one piece`() throws {
        let pipe = try LogPipe()
        let threads = 8
        let rounds = 500
        let reader = Collected()
        let done = DispatchSemaphore(value: 0)
        let total = (0..<threads).map { thread in rounds * 3 * "\(thread) line\n".utf8.count }.reduce(0, +)
        Thread.run {
            reader.set(pipe.read(exactly: total))
            done.signal()
        }
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            for _ in 0..<rounds { pipe.sink.write(lines: block("\(thread) line", count: 3), level: .info) }
        }
        done.wait()
        let lines = reader.bytes.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == threads * rounds * 3)
        for start in stride(from: 0, to: lines.count, by: 3) {
            #expect(Set(lines[start..<start + 3].map { $0.first }).count == 1)
        }
        #expect(pipe.sink.droppedLines == 0)
    }

    @Test(arguments: [false, true])
    func `a blocked reader costs lines, and the log says how many`(nonBlocking: Bool) throws {
        let limits = LogSinkLimits(bufferBytes: 300_000, reserveBytes: 400_000)
        let pipe = try LogPipe(limits: limits, nonBlocking: nonBlocking)
        let line = String(repeating: "x", count: 999)
        for _ in 0..<1000 { pipe.sink.write(lines: block(line), level: .info) }
        let droppedAtInfo = pipe.sink.droppedLines
        #expect((600...700).contains(droppedAtInfo))
        for _ in 0..<1000 { pipe.sink.write(lines: block("!" + line.dropFirst()), level: .warning) }
        #expect(!pipe.sink.flush(withinMilliseconds: 20))

        let reader = Collected()
        let done = DispatchSemaphore(value: 0)
        Thread.run {
            reader.set(pipe.read(through: block("end")))
            done.signal()
        }
        #expect(pipe.sink.flush(withinMilliseconds: 10_000))
        pipe.sink.write(lines: block("after"), level: .info)
        pipe.sink.write(lines: block("end"), level: .info)
        done.wait()

        let lines = String(decoding: reader.bytes, as: UTF8.self).split(separator: "\n")
        let info = lines.count { $0.hasPrefix("x") }
        let warnings = lines.count { $0.hasPrefix("!") }
        let told = lines.filter { $0.hasSuffix(" log lines dropped") }.map { Int($0.split(separator: " ")[2]) ?? 0 }
        #expect(info == 1000 - droppedAtInfo)
        #expect((95...200).contains(warnings))
        #expect(info + warnings + pipe.sink.droppedLines == 2000)
        #expect(told.reduce(0, +) == pipe.sink.droppedLines)
        #expect(lines.suffix(2) == ["after", "end"])
    }

    @Test func `the bound is exact`() throws {
        for (extra, dropped) in [(-1, 0), (0, 0), (1, 1)] {
            let pipe = try LogPipe(limits: LogSinkLimits(bufferBytes: 200_000, reserveBytes: 200_000))
            pipe.sink.write(lines: block(String(repeating: "x", count: 99_999)), level: .info)
            pipe.sink.write(lines: block(String(repeating: "y", count: 99_999 + extra)), level: .info)
            #expect(pipe.sink.droppedLines == dropped)
            _ = pipe.read(exactly: dropped == 0 ? 200_000 + extra : 100_000)
        }
    }

    @Test func `in JSON the note about drops is an object`() throws {
        let pipe = try LogPipe(format: .json, limits: LogSinkLimits(bufferBytes: 10, reserveBytes: 10))
        pipe.sink.write(lines: block("longer than ten", count: 2), level: .info)
        let expected =
            #"{"time":"2026-11-22T21:15:32.123Z","level":"warning","message":"log lines dropped","count":2}"#
        #expect(try pipe.flushedText() == expected + "\n")
    }

    @Test func `a pipe that takes a little at a time gets every byte`() throws {
        let pipe = try LogPipe(nonBlocking: true)
        let line = String(repeating: "0123456789", count: 400_000)
        pipe.sink.write(lines: block(line), level: .info)
        let bytes = pipe.read(exactly: 4_000_001)
        #expect(bytes == block(line))
        #expect(pipe.sink.flush(withinMilliseconds: 10_000))
    }

    @Test func `a reader that went away ends the writing, not the process`() throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let sink = try LogSink(fileDescriptor: ends[1])
        close(ends[0])
        sink.write(lines: block("x"), level: .critical)
        #expect(sink.flush(withinMilliseconds: 10_000))
        sink.write(lines: block("y"), level: .critical)
        #expect(sink.flush(withinMilliseconds: 10_000))
        #expect(sink.close(withinMilliseconds: 10_000))
        close(ends[1])
    }

    @Test func `a descriptor that is none is survived`() throws {
        let sink = try LogSink(fileDescriptor: -1)
        sink.write(lines: block("x"), level: .info)
        #expect(sink.close(withinMilliseconds: 10_000))
    }

    @Test func `a full disk costs lines, counts them and does not spin`() throws {
        let full = unsafe open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        let sink = try LogSink(fileDescriptor: full)
        for _ in 0..<3 {
            sink.write(lines: block("x"), level: .info)
            #expect(sink.flush(withinMilliseconds: 10_000))
        }
        #expect(sink.droppedLines == 3)
        #expect(sink.close(withinMilliseconds: 10_000))
        close(full)
    }

    @Test func `close writes the rest and ignores what comes later`() throws {
        let pipe = try LogPipe()
        pipe.sink.write(lines: block("last"), level: .info)
        #expect(pipe.sink.close(withinMilliseconds: 10_000))
        pipe.sink.write(lines: block("late"), level: .info)
        #expect(pipe.sink.close(withinMilliseconds: 10_000))
        #expect(try pipe.flushedText() == "last\n")
    }

    @Test func `a sink that is let go writes what it has`() throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        do {
            let sink = try LogSink(fileDescriptor: ends[1])
            sink.write(lines: block("kept"), level: .info)
        }
        var bytes = [UInt8](repeating: 0, count: 5)
        #expect(unsafe read(ends[0], &bytes, 5) == 5)
        #expect(bytes == block("kept"))
        close(ends[0])
        close(ends[1])
    }
}
