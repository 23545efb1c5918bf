import LumbungCore
import LumbungTesting
import Testing

struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_382_132_123, "2026-11-22T21:15:32.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func `known points are written and read`(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
        #expect(Timestamp(iso8601: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test func `points outside four-digit years are held at the ends`() {
        #expect(Timestamp(milliseconds: .max).iso8601 == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(milliseconds: 253_402_300_800_000).iso8601 == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(milliseconds: .min).iso8601 == "0000-01-01T00:00:00.000Z")
        #expect(Timestamp(milliseconds: -62_167_219_200_001).iso8601 == "0000-01-01T00:00:00.000Z")
    }

    @Test func `every writable point comes back, and texts sort as points do`() {
        let seed: UInt64 = 0x7157
        var random = SeededGenerator(seed: seed)
        var last: (point: Timestamp, text: String)?
        for _ in 0..<20_000 {
            let span = Int64(253_402_300_799_999 + 62_167_219_200_000)
            let point = Timestamp(milliseconds: Int64.random(in: 0...span, using: &random) - 62_167_219_200_000)
            let text = point.iso8601
            let sortsAlike = last.map { ($0.point < point) == ($0.text < text) } ?? true
            guard text.utf8.count == 24, Timestamp(iso8601: text) == point, sortsAlike else {
                Issue.record("seed \(seed): \(point.milliseconds) is written as \(text)")
                return
            }
            last = (point, text)
        }
    }

    @Test func `every day of four centuries follows the one before`() {
        var point = Timestamp(milliseconds: 951_782_400_000)
        var expected = (year: 2000, month: 2, day: 29)
        for _ in 0..<146_097 {
            let text = point.iso8601
            let digits = text.utf8.prefix(10).split(separator: UInt8(ascii: "-")).compactMap { Int(String($0) ?? "") }
            guard digits == [expected.year, expected.month, expected.day] else {
                Issue.record("\(text) should be \(expected)")
                return
            }
            point = point.advanced(by: .seconds(86_400))
            expected = Self.dayAfter(expected)
        }
        #expect(point.iso8601 == "2400-02-29T00:00:00.000Z")
    }

    @Test(arguments: [
        "", "2026", "2026-11-22", "2026-11-22T21:15:32Z", "2026-11-22 21:15:32.123Z", "2026-11-22T21:15:32.123",
        "2026-11-22T21:15:32.123+00:00", "2026-11-22t21:15:32.123z", "2026-13-01T00:00:00.000Z",
        "2026-00-01T00:00:00.000Z", "2026-01-00T00:00:00.000Z", "2026-01-32T00:00:00.000Z", "2026-01-01T24:00:00.000Z",
        "2026-01-01T00:60:00.000Z", "2026-01-01T00:00:60.000Z", "-026-01-01T00:00:00.000Z", "+026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00.000Z ", "２０２６-01-01T00:00:00.000Z", "2026-02-29T00:00:00.000Z",
        "2100-02-29T00:00:00.000Z", "2026-04-31T00:00:00.000Z",
    ])
    func `anything else is not read`(_ text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `arithmetic is held at the ends instead of trapping`() {
        let latest = Timestamp(milliseconds: .max)
        let earliest = Timestamp(milliseconds: .min)
        #expect(latest.advanced(by: .milliseconds(1)) == latest)
        #expect(earliest.advanced(by: .milliseconds(-1)) == earliest)
        #expect(Timestamp(milliseconds: 0).advanced(by: .seconds(Int64.max)) == latest)
        #expect(Timestamp(milliseconds: 0).advanced(by: .seconds(Int64.min)) == earliest)
        #expect(latest.since(earliest) == .milliseconds(Int64.max))
        #expect(earliest.since(latest) == .milliseconds(Int64.min))
        #expect(Timestamp(milliseconds: 5).since(Timestamp(milliseconds: 7)) == .milliseconds(-2))
    }

    @Test(
        arguments: [
            (.zero, 0), (.milliseconds(-1), -1), (.microseconds(1999), 1), (.microseconds(-1999), -1),
            (.seconds(Int64.max), .max), (.seconds(Int64.min), .min), (.seconds(86_400), 86_400_000),
            (.milliseconds(Int64.max), .max),
        ] as [(Duration, Int64)])
    func `durations become whole milliseconds, towards zero`(_ duration: Duration, _ expected: Int64) {
        #expect(duration.wholeMilliseconds == expected)
    }

    private static func dayAfter(_ day: (year: Int, month: Int, day: Int)) -> (year: Int, month: Int, day: Int) {
        let isLeap = day.year % 4 == 0 && (day.year % 100 != 0 || day.year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        if day.day < lengths[day.month - 1] { return (day.year, day.month, day.day + 1) }
        return day.month < 12 ? (day.year, day.month + 1, 1) : (day.year + 1, 1, 1)
    }
}
