import Foundation
import Logging
import LumbungObservability
import Testing

@Suite struct JSONLogHandlerTests {
    private struct Broken: Error {}

    private func logger(_ pipe: LogPipe) -> Logger {
        Logger(label: "lumbung") { JSONLogHandler(label: $0, sink: pipe.sink, logLevel: .trace) }
    }

    private func object(_ bytes: [UInt8]) throws -> [String: Any] {
        #expect(bytes.lineFeeds == 1)
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test func `a line is one object with the line's own fields first`() throws {
        let pipe = try LogPipe(format: .json)
        logger(pipe).info("Delivery done", metadata: ["source": "accurate", "count": .stringConvertible(3)])
        let expected =
            #"{"time":"2026-11-22T21:15:32.123Z","level":"info","logger":"lumbung","message":"Delivery done","#
            + #""count":3,"source":"accurate"}"# + "\n"
        #expect(try pipe.flushedText() == expected)
    }

    @Test func `nested metadata becomes objects and arrays`() throws {
        let pipe = try LogPipe(format: .json)
        let flags: Logger.MetadataValue = [.stringConvertible(true), .stringConvertible(1.5)]
        logger(pipe).info("m", metadata: ["n": ["list": ["a", "b"], "flags": flags]])
        #expect(try pipe.flushedText().hasSuffix(#""n":{"flags":[true,1.5],"list":["a","b"]}}"# + "\n"))
    }

    @Test func `numbers that JSON cannot say become strings`() throws {
        let pipe = try LogPipe(format: .json)
        logger(pipe).info(
            "m", metadata: ["n": .stringConvertible(Double.nan), "i": .stringConvertible(Double.infinity)])
        #expect(try pipe.flushedText().hasSuffix(#""i":"inf","n":"nan"}"# + "\n"))
    }

    @Test func `keys of the line's own are prefixed`() throws {
        let pipe = try LogPipe(format: .json)
        let names = ["time", "level", "logger", "message", "fields_left_out", "field_time", "field_field_time"]
        logger(pipe).info("m", metadata: Dictionary(uniqueKeysWithValues: names.map { ($0, .string($0)) }))
        let object = try object(try pipe.flushedBytes())
        #expect(object.count == 4 + names.count)
        #expect(object["message"] as? String == "m")
        for name in names { #expect(object["field_" + name] as? String == name) }
    }

    @Test func `an error becomes two fields`() throws {
        let pipe = try LogPipe(format: .json)
        logger(pipe).error("m", error: Broken())
        let object = try object(try pipe.flushedBytes())
        #expect(object["error.message"] as? String == "Broken()")
        #expect((object["error.type"] as? String)?.hasSuffix("Broken") == true)
    }

    @Test func `every scalar that acts is escaped and reads back`() throws {
        let pipe = try LogPipe(format: .json)
        let codes = Array(0...0xa0) + [0x61c, 0x200e, 0x200f] + Array(0x2028...0x202f) + Array(0x2066...0x206a)
        let hostile = String(String.UnicodeScalarView(codes.compactMap { Unicode.Scalar(UInt32($0)) })) + "\r\n\"}"
        logger(pipe).info("\(hostile)", metadata: ["k": .string(hostile), "\(hostile)": "v"])
        let bytes = try pipe.flushedBytes()
        let object = try object(bytes)
        #expect(object["message"] as? String == hostile)
        #expect(object["k"] as? String == hostile)
        #expect(object[hostile] as? String == "v")
        #expect(bytes.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7f })
        let shown = String(decoding: bytes, as: UTF8.self).unicodeScalars
        #expect(!shown.contains { (0x80...0x9f).contains($0.value) || (0x2028...0x202e).contains($0.value) })
        #expect(!shown.contains { (0x2066...0x2069).contains($0.value) || $0.value == 0x61c })
    }

    @Test func `a long value is cut and a full line stays an object`() throws {
        let pipe = try LogPipe(format: .json)
        var metadata: Logger.Metadata = ["a": .string(String(repeating: "\u{1}", count: 1 << 20))]
        for index in 10..<20 { metadata["k\(index)"] = .string(String(repeating: "x", count: 4000)) }
        let wide: [Logger.MetadataValue] = Array(repeating: "x", count: 100_000)
        metadata["w"] = .array(wide)
        logger(pipe).info("m", metadata: metadata)
        let bytes = try pipe.flushedBytes()
        #expect(bytes.count <= LogLimits.lineBytes)
        let object = try object(bytes)
        #expect(object["fields_left_out"] as? Int == 8)
        #expect((object["a"] as? String)?.hasSuffix("…(\((1 << 20) - 682) bytes more)") == true)
    }

    @Test func `random text reads back`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SplitMix(state: seed)
        let pipe = try LogPipe(format: .json)
        for _ in 0..<200 {
            var text = ""
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                let limit: UInt32 = Bool.random(using: &generator) ? 0xff : 0x10ffff
                // Foundation drops a byte order mark where it reads a text.
                if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &generator)), scalar != "\u{FEFF}" {
                    text.unicodeScalars.append(scalar)
                }
            }
            logger(pipe).info("m", metadata: ["k": .string(text)])
            let object = try object(try pipe.flushedBytes())
            let read = try #require(object["k"] as? String)
            #expect(Array(read.utf8) == Array(text.utf8), "seed \(seed)")
        }
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
