import LumbungCore

/// How long every waiting delivery has to wait, by the time that no wall clock can change (PROMISES 13).
struct WaitBook {
    private enum Wait {
        /// Until this time since the simulation's beginning.
        case until(Duration)
        /// Not at all, once it is its turn in the order of its key.
        case none
        /// The wall clock was set while nobody looked, so it may be longer.
        case unknown
    }

    private var waits: [DeliveryKey: Wait] = [:]

    /// Who sleeps while the wall clock is set looks again after a minute at the latest, and once more a minute later for
    /// what was stored in between.
    static let longestSleep = Duration.seconds(125)

    mutating func startsAtOnce(_ key: DeliveryKey) {
        waits[key] = Wait.none
    }

    mutating func waits(_ key: DeliveryKey, until: Duration) {
        waits[key] = .until(until)
    }

    /// Whether a turn that was asked for then gave a delivery out before its time.
    func isEarly(_ key: DeliveryKey, askedAt: Duration) -> Bool {
        guard case .until(let until) = waits[key] else { return false }
        // Stored times are cut to milliseconds.
        return askedAt < until - .milliseconds(5)
    }

    /// Whether a delivery that may go has not gone long after its time.
    mutating func isLate(_ key: DeliveryKey, now: Duration) -> Bool {
        switch waits[key] {
        case .until(let until):
            return now > until + Self.longestSleep
        case Wait.none?:
            waits[key] = .until(now)
            return false
        case .unknown, nil:
            return false
        }
    }

    /// The engine held every wait within the longest one that a policy gives.
    mutating func bound(to longest: Duration, now: Duration) {
        for case (let key, .until(let until)) in waits { waits[key] = .until(min(until, now + longest)) }
    }

    /// The wall clock was set and no process saw it.
    mutating func forget() {
        for key in waits.keys { waits[key] = .unknown }
    }
}
