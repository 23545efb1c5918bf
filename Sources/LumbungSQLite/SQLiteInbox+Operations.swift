public import LumbungCore

extension SQLiteInbox: InboxOperations {
    /// Lists events beside the writer, within two seconds.
    public func events(_ query: EventQuery) async throws(StoreError) -> EventPage {
        try await reader.events(query)
    }

    /// Starts deliveries of an event again.
    public func replay(
        _ event: EventID, to destinations: [DestinationID]?, now: Timestamp
    ) async throws(StoreError) -> OperationReport? {
        try await perform { session throws(StoreError) in
            try session.replay(event, to: destinations, now: now)
        }
    }

    /// Ends deliveries of an event that wait.
    public func cancel(
        _ event: EventID, to destination: DestinationID?, now: Timestamp
    ) async throws(StoreError) -> OperationReport? {
        try await perform { session throws(StoreError) in
            try session.cancel(event, to: destination, now: now)
        }
    }

    /// Remembers whether a destination is paused.
    public func pause(_ destination: DestinationID, _ isPaused: Bool) async throws(StoreError) {
        try await perform { session throws(StoreError) in try session.pause(destination, isPaused) }
    }

    /// Tells what is known of every destination, beside the writer, within two seconds.
    public func destinations() async throws(StoreError) -> [DestinationRecord] {
        try await reader.destinations()
    }
}
