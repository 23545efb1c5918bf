import LumbungTesting
import Testing

@testable import LumbungSQLite

struct CheckpointPacerTests {
    private func isDue(_ pacer: inout CheckpointPacer, _ pages: Int) -> Bool {
        pacer.isDue(logPages: pages)
    }

    @Test(arguments: [(0, false), (999, false), (1000, true), (1001, true)])
    func `the log is copied at a thousand pages at first`(_ pages: Int, _ expected: Bool) {
        var pacer = CheckpointPacer()
        #expect(isDue(&pacer, pages) == expected)
    }

    @Test func `a slow copy shortens the log, a quick one lengthens it, within the bounds`() {
        var pacer = CheckpointPacer()
        var last = pacer.thresholdPages
        for _ in 0..<40 {
            pacer.copied(copiedPages: 100, logPages: 100, duration: .milliseconds(200))
            #expect(pacer.thresholdPages <= last)
            last = pacer.thresholdPages
        }
        #expect(last == CheckpointPacer.pageBounds.lowerBound)
        for _ in 0..<60 {
            pacer.copied(copiedPages: 100, logPages: 100, duration: .microseconds(10))
            #expect(pacer.thresholdPages >= last)
            last = pacer.thresholdPages
        }
        #expect(last == CheckpointPacer.pageBounds.upperBound)
    }

    @Test func `a copy that takes as long as is aimed at changes nothing`() {
        var pacer = CheckpointPacer()
        pacer.copied(copiedPages: 1000, logPages: 1000, duration: CheckpointPacer.targetStall)
        #expect(pacer.thresholdPages == 1000)
    }

    @Test func `one noisy copy does not swing the pace`() {
        for duration in [Duration.zero, .seconds(30)] {
            var pacer = CheckpointPacer()
            pacer.copied(copiedPages: 1000, logPages: 1000, duration: duration)
            #expect((800...1300).contains(pacer.thresholdPages))
        }
    }

    @Test func `a log that a reader pins is tried again only after as much has come`() {
        var pacer = CheckpointPacer()
        #expect(isDue(&pacer, 1000))
        pacer.copied(copiedPages: 0, logPages: 1000, duration: .milliseconds(1))
        #expect(!isDue(&pacer, 1001))
        #expect(!isDue(&pacer, 1999))
        #expect(isDue(&pacer, 2000))
    }

    @Test func `a log that began anew is measured from its beginning`() {
        var pacer = CheckpointPacer()
        pacer.copied(copiedPages: 0, logPages: 5000, duration: .milliseconds(1))
        #expect(!isDue(&pacer, 5500))
        #expect(!isDue(&pacer, 10))
        #expect(isDue(&pacer, 1000))
    }

    @Test func `whatever happens the threshold stays within its bounds`() {
        let seed: UInt64 = 42
        var random = SeededGenerator(seed: seed)
        var pacer = CheckpointPacer()
        for _ in 0..<5000 {
            let pages = random.pick(0...20_000)
            _ = pacer.isDue(logPages: pages)
            pacer.copied(
                copiedPages: random.pick(0...pages), logPages: pages, duration: .microseconds(random.pick(0...500_000)))
            #expect(CheckpointPacer.pageBounds.contains(pacer.thresholdPages), "seed \(seed)")
        }
    }
}
