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

extension SQLiteInbox: BulkReplayStore {
    /// Begins a replay.
    public func beginReplay(_ order: ReplayOrder, now: Timestamp) async throws(StoreError) -> ReplayID? {
        try await perform { session throws(StoreError) in try session.beginReplay(order, now: now) }
    }

    /// Starts some events of a replay, unless the disk is short.
    public func advanceReplay(_ step: ReplayStep, now: Timestamp) async throws(StoreError) -> Int? {
        switch try await perform({ session throws(StoreError) in try session.advanceReplay(step, now: now) }) {
        case .started(let count): return count
        case .hasEnded: return nil
        case .noSpace: throw .diskFull
        }
    }

    /// Ends a replay.
    public func cancelReplay(_ id: ReplayID, now: Timestamp) async throws(StoreError) -> Bool {
        try await perform { session throws(StoreError) in try session.cancelReplay(id, now: now) }
    }

    /// Tells of one replay, beside the writer, within two seconds.
    public func replay(_ id: ReplayID) async throws(StoreError) -> ReplayRecord? {
        try await reader.replays("WHERE id = ?", [id.value]).first
    }

    /// Tells of the kept replays, beside the writer, within two seconds.
    public func replays(onlyRunning: Bool) async throws(StoreError) -> [ReplayRecord] {
        try await reader.replays(onlyRunning ? "WHERE ended_at IS NULL" : "")
    }

    /// Finds events, beside the writer, within two seconds.
    public func find(_ filter: EventFilter, in span: EventSpan, limit: Int) async throws(StoreError) -> FoundEvents {
        try await reader.find(filter, in: span, limit: limit)
    }
}
