import LumbungCore

extension Destination {
    /// The destination as the planner knows it.
    func planned(as id: DestinationID, workerCount: Int) -> DispatchState.Destination {
        DispatchState.Destination(
            id: id,
            concurrency: concurrency ?? workerCount,
            isImmediate: transport.isImmediate,
            isPaused: isPaused,
            rate: rate
        )
    }
}

extension [DestinationID: Destination] {
    /// The longest wait that any retry policy gives.
    var longestWait: Duration {
        values.map(\.retry.longest).max() ?? RetryPolicy().longest
    }
}
