import Synchronization

/// How long an answer to a wrong token waits: longer with each one that comes from the same address.
///
/// Only who guesses waits; the right token is answered at once, also from the same address, so that nobody can lock an
/// operator out.
final class FailureDelays: Sendable {
    /// The wait after the first failure.
    static let first = Duration.milliseconds(100)
    /// The longest wait.
    static let longest = Duration.seconds(5)
    /// After how long without a failure an address begins anew.
    static let memory = Duration.seconds(600)
    /// How many addresses are remembered; past it the one that failed longest ago is forgotten.
    static let mostAddresses = 1024

    private struct Failures {
        var count: Int
        var last: ContinuousClock.Instant
    }

    private let failures = Mutex<[String: Failures]>([:])

    /// Counts a failure and tells how long its answer waits.
    func failed(from address: String, now: ContinuousClock.Instant = .now) -> Duration {
        failures.withLock { failures in
            var known = failures[address] ?? Failures(count: 0, last: now)
            if now - known.last >= Self.memory { known.count = 0 }
            known.count += 1
            known.last = now
            if failures[address] == nil, failures.count >= Self.mostAddresses,
                let oldest = failures.min(by: { $0.value.last < $1.value.last })
            {
                failures[oldest.key] = nil
            }
            failures[address] = known
            return Self.delay(after: known.count)
        }
    }

    /// Forgets the failures of an address that knows a token.
    func succeeded(from address: String) {
        failures.withLock { $0[address] = nil }
    }

    /// The wait after so many failures in a row: twice as long with each, up to the longest.
    static func delay(after failures: Int) -> Duration {
        min(longest, first * (1 << min(max(failures - 1, 0), 16)))
    }
}
