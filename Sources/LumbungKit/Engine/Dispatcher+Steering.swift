import LumbungCore

extension Dispatcher {
    // MARK: Steering

    /// Pauses a destination or lets it go on; what a worker has begun already runs to its end.
    func pause(_ id: DestinationID, _ isPaused: Bool) {
        // Both, or leases would be claimed for a destination and handed back for ever.
        state.pause(id, isPaused)
        destinations[id]?.isPaused = isPaused
        withdraw()
        serveWorkers()
        wake()
    }

    /// How a destination stands now; nil for an unknown one.
    func standing(of id: DestinationID) -> DestinationStanding? {
        state.standing(of: id, now: environment.elapsed())
    }

    // MARK: Other destinations

    /// The destinations that deliveries can be brought to now.
    var configured: Set<DestinationID> { Set(destinations.keys) }

    /// Takes other destinations in the place of the present ones.
    /// - Returns: The transports that get no more work.
    func reconfigure(_ destinations: [DestinationID: Destination]) -> [SharedTransport] {
        let former = self.destinations
        self.destinations = destinations
        let renewed = destinations.filter { id, destination in former[id]?.shared !== destination.shared }
        state.configure(
            destinations.map { $1.planned(as: $0, workerCount: workerCount) }, renewed: Set(renewed.keys))
        withdraw()
        serveWorkers()
        wake()
        return former.filter { id, destination in destinations[id]?.shared !== destination.shared }.map(\.value.shared)
    }
}
