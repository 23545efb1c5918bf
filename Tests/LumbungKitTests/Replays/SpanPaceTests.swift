import Testing

@testable import LumbungKit

struct SpanPaceTests {
    @Test func `it narrows when a look is too slow, down to one event`() {
        var pace = SpanPace()
        var widths = [pace.width]
        while pace.metTooSlow() { widths.append(pace.width) }
        #expect(widths == [20_000, 2500, 312, 39, 4, 1])
        #expect(pace.width == 1)
    }

    @Test func `it widens again while looks are quick, up to where it began`() {
        var pace = SpanPace()
        for _ in 0..<2 { _ = pace.metTooSlow() }
        var widths: [Int] = []
        for _ in 0..<8 {
            pace.met(in: .milliseconds(249))
            widths.append(pace.width)
        }
        #expect(widths == [624, 1248, 2496, 4992, 9984, 19_968, 20_000, 20_000])
    }

    @Test(arguments: [249, 250, 251])
    func `a look that takes an eighth of its time keeps the width`(_ milliseconds: Int) {
        var pace = SpanPace()
        _ = pace.metTooSlow()
        pace.met(in: .milliseconds(milliseconds))
        #expect(pace.width == (milliseconds < 250 ? 5000 : 2500))
    }
}
