import LumbungCore

/// Work for the writer besides storing events: it runs inside the group's transaction and is told the end afterwards.
struct WriterJob: Sendable {
    /// Until when it may wait for a foreign lock.
    let deadline: ContinuousClock.Instant
    /// Does the work and returns what to tell the caller once the commit is flushed.
    ///
    /// May run again when a transaction had to be rolled back because of a neighbour.
    let execute: @Sendable (WriterSession) throws(StoreError) -> Told
    /// Tells the caller that nothing was done.
    let fail: Told.Failure

    /// Tells the caller the result.
    typealias Success = @Sendable () -> Void

    /// The two ways to tell.
    struct Told: Sendable {
        typealias Failure = @Sendable (StoreError) -> Void
        let success: Success
    }
}
