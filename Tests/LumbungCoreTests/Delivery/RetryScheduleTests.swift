import Foundation
import LumbungCore
import Testing

/// The documents show the default waits as the code has them.
@Suite struct RetryScheduleTests {
    @Test func `the table in the documents is the one that the code makes`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/delivery.md"), encoding: .utf8)
        #expect(text.contains(RetryPolicy().markdownSchedule), "expected:\n\(RetryPolicy().markdownSchedule)")
    }

    @Test func `a short policy`() {
        let policy = RetryPolicy(attempts: 3, first: .seconds(40), longest: .seconds(60))
        #expect(
            policy.markdownSchedule == """
                | attempt | at most so long after the one before | at most so long after the first |
                |---|---|---|
                | 1 | at once | at once |
                | 2 | 40 s | 40 s |
                | 3 | 1 min | 1 min 40 s |

                """)
    }
}
