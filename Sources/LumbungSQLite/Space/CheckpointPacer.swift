/// Decides how long the write-ahead log may grow before it is copied into the database file.
///
/// A pure state machine. The copy runs on the writer's thread between two groups, so its length is what a request may
/// wait on top: the pacer learns the cost of a page and picks the length of the log for which one copy takes about
/// ``targetStall``. Short logs mean many syncs of the database file, long ones mean visible stalls.
struct CheckpointPacer: Sendable {
    /// The stall aimed at.
    ///
    /// Measured on the machines this was made for: 1,000 pages take 3 to 20 ms, 16,000 pages 60 to 130 ms; with 10 million
    /// events stored 30 ms gives the better rate at a 99.9th percentile of about 40 ms (docs/performance.md).
    static let targetStall: Duration = .milliseconds(30)
    /// The bounds of the log in pages of 4 KiB: 2 MiB and 64 MiB.
    static let pageBounds = 500...16_000

    private(set) var thresholdPages = 1000
    private var pagesAtLastAttempt = 0

    /// Whether to copy now.
    /// - Parameter logPages: The pages in the log after the last commit.
    mutating func isDue(logPages: Int) -> Bool {
        // A log that did not shrink is pinned by a reader: wait for as much again instead of trying at every commit.
        if logPages < pagesAtLastAttempt { pagesAtLastAttempt = 0 }
        return logPages - pagesAtLastAttempt >= thresholdPages
    }

    /// Learns from a copy that took `duration` for `copiedPages` pages of a log of `logPages`.
    mutating func copied(copiedPages: Int, logPages: Int, duration: Duration) {
        pagesAtLastAttempt = copiedPages < logPages ? logPages : 0
        guard copiedPages > 0 else { return }
        // Move at most a factor of two at a time: one noisy copy must not swing the pace.
        let ratio = min(max(Self.targetStall / max(duration, .microseconds(1)), 0.5), 2)
        let wanted = Int(Double(thresholdPages) * (1 + (ratio - 1) / 4))
        thresholdPages = min(max(wanted, Self.pageBounds.lowerBound), Self.pageBounds.upperBound)
    }
}
