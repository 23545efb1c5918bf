import Testing

@testable import LumbungServer

@Suite struct DurationTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("15s", .seconds(15)), ("5m", .seconds(300)), ("6h", .seconds(21_600)),
        ("7d", .seconds(604_800)), ("0s", .zero), ("1ms", .milliseconds(1)), ("36500d", .seconds(36_500 * 86_400)),
    ])
    func `durations are read`(_ text: String, _ expected: Duration) {
        #expect(DurationText(text)?.duration == expected)
    }

    @Test(arguments: [
        "", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S", "5min", "5sec", "1h30m", "05s", "٥s", "36501d",
        "3153600000001ms", "9223372036854775807d", "99999999999999999999s", "5s\n", "0x5s",
    ])
    func `anything else is no duration`(_ text: String) {
        #expect(DurationText(text) == nil)
    }

    @Test(arguments: ["250ms", "15s", "5m", "6h", "7d", "90s", "1500ms", "36500d", "0s"])
    func `the shortest text is written`(_ text: String) throws {
        #expect(DurationText.describe(try #require(DurationText(text)).duration) == text)
    }

    @Test func `60s is a minute and 24h a day`() {
        #expect(DurationText.describe(.seconds(60)) == "1m")
        #expect(DurationText.describe(.seconds(86_400)) == "1d")
        #expect(DurationText.describe(.milliseconds(1000)) == "1s")
    }
}
