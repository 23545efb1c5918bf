import LumbungCore

/// A result on its way to the store, and when its attempt ended by the monotonic clock.
struct GatheredResult: Sendable {
    let record: DeliveryRecord
    let endedAt: Duration

    /// The result by the wall clock of now, which may have been set since the attempt ended.
    ///
    /// What waits in the store was moved along; what comes later must not bring times of the former clock with it.
    func record(now: Timestamp, elapsed: Duration) -> DeliveryRecord {
        let jump = now.since(record.timing.endedAt) - (elapsed - endedAt)
        guard jump >= ClockWatch.smallestJump || jump <= .zero - ClockWatch.smallestJump else { return record }
        var moved = record
        moved.timing.endedAt = record.timing.endedAt.advanced(by: jump)
        switch record.decision {
        case .retry(let at): moved.decision = .retry(at: at.advanced(by: jump))
        // It never began, and is due at its start at the latest.
        case .release: moved.timing.startedAt = record.timing.startedAt.advanced(by: jump)
        case .complete, .dead: break
        }
        return moved
    }
}
