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

extension MemoryInbox: BulkReplayStore {
    /// Begins a replay.
    public func beginReplay(_ order: ReplayOrder, now: Timestamp) async throws(StoreError) -> ReplayID? {
        try change(.operate) { model throws(StoreError) in try model.beginReplay(order, now: now) }.get()
    }

    /// Starts some events of a replay.
    public func advanceReplay(_ step: ReplayStep, now: Timestamp) async throws(StoreError) -> Int? {
        try change(.operate) { model throws(StoreError) in model.advanceReplay(step, now: now) }.get()
    }

    /// Ends a replay.
    public func cancelReplay(_ id: ReplayID, now: Timestamp) async throws(StoreError) -> Bool {
        try change(.operate) { model throws(StoreError) in model.cancelReplay(id, now: now) }.get()
    }

    /// Tells of one replay.
    public func replay(_ id: ReplayID) async throws(StoreError) -> ReplayRecord? {
        try change(.read) { model throws(StoreError) in model.replayRecords().first { $0.id == id } }.get()
    }

    /// Tells of the kept replays.
    public func replays(onlyRunning: Bool) async throws(StoreError) -> [ReplayRecord] {
        try change(.read) { model throws(StoreError) in
            model.replayRecords().filter { !onlyRunning || $0.status == .running }
        }.get()
    }

    /// Finds events.
    public func find(_ filter: EventFilter, in span: EventSpan, limit: Int) async throws(StoreError) -> FoundEvents {
        try change(.read) { model throws(StoreError) in model.find(filter, in: span, limit: limit) }.get()
    }
}
