import Foundation
import LumbungObservability
import Testing

@Suite struct TimestampTextTests {
    private func text(_ milliseconds: Int64) -> String {
        var line = LogLineWriter()
        line.appendTimestamp(milliseconds: milliseconds)
        return String(decoding: line.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1970-01-01T00:00:00.000Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_795_382_132_123, "2026-11-22T21:15:32.123Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (Int64.max, "9999-12-31T23:59:59.999Z"),
        (Int64.min, "1970-01-01T00:00:00.000Z"),
    ])
    func `known moments`(milliseconds: Int64, expected: String) {
        #expect(text(milliseconds) == expected)
    }

    @Test func `agrees with Foundation over four centuries`() {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SplitMix(state: seed)
        for _ in 0..<2000 {
            let milliseconds = Int64.random(in: 0..<12_622_780_800_000, using: &generator) / 1000 * 1000
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            #expect(text(milliseconds) == date.formatted(format), "seed \(seed)")
        }
    }

    @Test func `integers at the ends of their range`() {
        var line = LogLineWriter()
        line.appendInteger(Int64.min)
        line.appendTrusted(" ")
        line.appendInteger(UInt64.max)
        line.appendTrusted(" ")
        line.appendInteger(0)
        #expect(String(decoding: line.bytes, as: UTF8.self) == "-9223372036854775808 18446744073709551615 0")
    }
}
