public import LumbungCore

extension MemoryInbox: InboxOperations {
    /// Lists events, newest first.
    public func events(_ query: EventQuery) async throws(StoreError) -> EventPage {
        try change(.read) { model throws(StoreError) in model.events(query) }.get()
    }

    /// Starts deliveries of an event again.
    public func replay(
        _ event: EventID, to destinations: [DestinationID]?, now: Timestamp
    ) async throws(StoreError) -> OperationReport? {
        try change(.operate) { model throws(StoreError) in
            try model.replay(event, to: destinations, now: now)
        }.get()
    }

    /// Ends deliveries of an event that wait.
    public func cancel(
        _ event: EventID, to destination: DestinationID?, now: Timestamp
    ) async throws(StoreError) -> OperationReport? {
        try change(.operate) { model throws(StoreError) in model.cancel(event, to: destination, now: now) }.get()
    }

    /// Remembers whether a destination is paused.
    public func pause(_ destination: DestinationID, _ isPaused: Bool) async throws(StoreError) {
        try change(.operate) { model throws(StoreError) in try model.pause(destination, isPaused) }.get()
    }

    /// Tells what is known of every destination.
    public func destinations() async throws(StoreError) -> [DestinationRecord] {
        try change(.read) { model throws(StoreError) in model.destinationRecords() }.get()
    }
}
