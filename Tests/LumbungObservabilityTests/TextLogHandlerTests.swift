import Logging
import LumbungObservability
import Testing

@Suite struct TextLogHandlerTests {
    private func logger(_ pipe: LogPipe, level: Logger.Level = .trace) -> Logger {
        Logger(label: "lumbung") { _ in TextLogHandler(sink: pipe.sink, logLevel: level) }
    }

    @Test func `a line is timestamp, level, message and sorted pairs`() throws {
        let pipe = try LogPipe()
        logger(pipe).info("message", metadata: ["key2": "with blanks", "key": "value"])
        #expect(try pipe.flushedText() == "2026-11-22T21:15:32.123Z INFO  message key=value key2=\"with blanks\"\n")
    }

    @Test func `levels are padded to five columns`() throws {
        let pipe = try LogPipe()
        for level in Logger.Level.allCases { logger(pipe).log(level: level, "x") }
        let heads = try pipe.flushedLines().map { String($0.dropFirst(25)) }
        #expect(heads == ["TRACE x", "DEBUG x", "INFO  x", "NOTICE x", "WARNING x", "ERROR x", "CRITICAL x"])
    }

    @Test func `levels below the threshold are not logged`() throws {
        let pipe = try LogPipe()
        logger(pipe, level: .warning).info("no")
        logger(pipe, level: .warning).warning("yes")
        #expect(try pipe.flushedLines().count == 1)
    }

    @Test func `metadata merges handler, provider and call, later ones win`() throws {
        let pipe = try LogPipe()
        let provider = Logger.MetadataProvider { ["a": "provider", "b": "provider"] }
        var logger = Logger(label: "x") { _ in TextLogHandler(sink: pipe.sink, metadataProvider: provider) }
        logger[metadataKey: "a"] = "own"
        logger[metadataKey: "c"] = "own"
        logger.info("m", metadata: ["b": "call"])
        #expect(try pipe.flushedText().hasSuffix("INFO  m a=provider b=call c=own\n"))
    }

    @Test func `nested metadata, numbers and empty values`() throws {
        let pipe = try LogPipe()
        let nested: Logger.MetadataValue = ["b": ["1", "2 3"], "a": .stringConvertible(7)]
        logger(pipe).info("m", metadata: ["n": nested, "e": ""])
        #expect(try pipe.flushedText().hasSuffix("m e=\"\" n={a=7, b=[1, \"2 3\"]}\n"))
    }

    @Test(arguments: [
        ("a\r\nb", "\"a\\r\\nb\""), ("\u{1b}[31m", "\"\\u001b[31m\""), ("\u{85}", "\"\\u0085\""),
        ("a\u{2028}\u{2029}", "\"a\\u2028\\u2029\""), ("\u{202e}x\u{2066}", "\"\\u202ex\\u2066\""),
        ("\"}", "\"\\\"}\""), ("\\n", "\"\\\\n\""), ("\u{7f}\u{0}", "\"\\u007f\\u0000\""),
        ("x y=z", "\"x y=z\""), ("toko-é-📦", "toko-é-📦"), ("\u{200f}", "\"\\u200f\""), ("\t", "\"\\t\""),
    ])
    func `hostile values stay on one line`(value: String, shown: String) throws {
        let pipe = try LogPipe()
        logger(pipe).info("m", metadata: ["k": .string(value)])
        let bytes = try pipe.flushedBytes()
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("m k=\(shown)\n"))
        #expect(bytes.lineFeeds == 1)
        #expect(bytes.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7f })
    }

    @Test func `hostile messages and keys stay on one line`() throws {
        let pipe = try LogPipe()
        logger(pipe).info("a\r\nb\u{1b}", metadata: ["k\n=": "v"])
        #expect(try pipe.flushedText().hasSuffix("INFO  a\\r\\nb\\u001b \"k\\n=\"=v\n"))
    }

    @Test func `a long value is cut at its bound`() throws {
        let bound = LogLimits.valueBytes
        for (length, tail) in [(bound - 1, ""), (bound, ""), (bound + 1, "…(1 bytes more)"), (1 << 20, nil)] {
            let pipe = try LogPipe()
            logger(pipe).info("m", metadata: ["k": .string(String(repeating: "x", count: length))])
            let tail = tail ?? "…(\((1 << 20) - bound) bytes more)"
            let quote = tail.isEmpty ? "" : "\""
            let shown = quote + String(repeating: "x", count: min(length, bound)) + tail + quote
            #expect(try pipe.flushedText().hasSuffix("m k=\(shown)\n"))
        }
    }

    @Test func `a cut never splits a character`() throws {
        let pipe = try LogPipe()
        logger(pipe).info("m", metadata: ["k": .string(String(repeating: "📦", count: 1025))])
        let text = try pipe.flushedText()
        #expect(text.contains("📦…(4 bytes more)"))
        #expect(!text.contains("\u{fffd}"))
    }

    @Test func `a line stays within its bound and says what is missing`() throws {
        let pipe = try LogPipe()
        var metadata: Logger.Metadata = [:]
        for index in 10..<20 { metadata["k\(index)"] = .string(String(repeating: "x", count: 4000)) }
        logger(pipe).info("m", metadata: metadata)
        let bytes = try pipe.flushedBytes()
        #expect(bytes.count <= LogLimits.lineBytes)
        #expect(bytes.count > 12_000)
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix(" …(6 fields more)\n"))
    }

    @Test func `line lengths around the bound`() throws {
        for extra in -60...60 {
            let pipe = try LogPipe()
            var metadata: Logger.Metadata = [:]
            for index in 0..<4 { metadata["k\(index)"] = .string(String(repeating: "x", count: 4050 + extra / 4)) }
            metadata["z"] = .string(String(repeating: "y", count: max(1, 100 + extra % 4)))
            logger(pipe).info("m", metadata: metadata)
            let bytes = try pipe.flushedBytes()
            #expect(bytes.count <= LogLimits.lineBytes)
            #expect(bytes.lineFeeds == 1)
        }
    }

    @Test func `deep nesting ends`() throws {
        let pipe = try LogPipe()
        var value: Logger.MetadataValue = "deep"
        for _ in 0..<1000 { value = [value] }
        logger(pipe).info("m", metadata: ["k": value])
        #expect(try pipe.flushedText().hasSuffix("m k=[[[[[[[[…]]]]]]]]\n"))
    }
}
