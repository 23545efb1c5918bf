public import LumbungCore

/// What an operator may see and do, whatever way the wish came in.
///
/// Destinations have their names here, never the store's numbers.
public struct InboxOperator: Sendable {
    let store: any InboxOperations
    let engine: Engine
    let secrets: SourceSecrets
    let configured: @Sendable () -> ConfiguredInbox
    let now: @Sendable () -> Timestamp

    /// Makes an operator.
    /// - Parameters:
    ///   - store: Where the events are.
    ///   - engine: Works them off; it is woken when there is something to do.
    ///   - secrets: What is known of secrets; nil for an operator of an inbox that counts and captures none.
    ///   - configured: Tells what is configured at the moment of the call.
    ///   - now: The wall clock.
    public init(
        store: any InboxOperations,
        engine: Engine,
        secrets: SourceSecrets? = nil,
        configured: @escaping @Sendable () -> ConfiguredInbox,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.engine = engine
        self.secrets = secrets ?? SourceSecrets(store: store)
        self.configured = configured
        self.now = now
    }

    // MARK: Reading

    /// Lists events, newest first.
    /// - Parameters:
    ///   - query: What to list; its destination is set here.
    ///   - destination: The name of a destination that the events have a delivery to, or nil.
    /// - Throws: ``OperationError/store(_:)``, ``OperationError/unknownDestination(_:known:)``.
    public func events(_ query: EventQuery, destination: String? = nil) async throws(OperationError) -> EventPage {
        var query = query
        query.filter.destination = nil
        if let destination { query.filter.destination = try await record(destination).id }
        let asked = query
        return try await ask { store throws(StoreError) in try await store.events(asked) }
    }

    /// Reads one event with everything that happened to it.
    /// - Throws: ``OperationError/store(_:)``, ``OperationError/unknownEvent(_:)``.
    public func event(_ id: EventID) async throws(OperationError) -> EventDetail {
        let stored = try await stored(id)
        return EventDetail(stored: stored, names: try await names())
    }

    /// Reads what a delivery of an event carries.
    /// - Throws: ``OperationError/store(_:)``, ``OperationError/unknownEvent(_:)``.
    public func payload(of id: EventID) async throws(OperationError) -> LeasedEvent {
        try await stored(id).event
    }

    /// Tells how every destination stands, by name.
    /// - Throws: ``OperationError/store(_:)``.
    public func destinations() async throws(OperationError) -> [DestinationDetail] {
        var details: [DestinationDetail] = []
        for record in try await records().sorted(by: { $0.name < $1.name }) { details.append(await detail(record)) }
        return details
    }

    // MARK: For every wish

    /// Asks the store, and tells its errors as an operator's.
    func ask<Value: Sendable>(
        _ body: (any InboxOperations) async throws(StoreError) -> Value
    ) async throws(OperationError) -> Value {
        do throws(StoreError) {
            return try await body(store)
        } catch {
            throw .store(error)
        }
    }

    func stored(_ id: EventID) async throws(OperationError) -> StoredEvent {
        let stored = try await ask { store throws(StoreError) in try await store.event(id) }
        guard let stored else { throw .unknownEvent(id) }
        return stored
    }

    func records() async throws(OperationError) -> [DestinationRecord] {
        try await ask { store throws(StoreError) in try await store.destinations() }
    }

    func names() async throws(OperationError) -> [DestinationID: String] {
        Dictionary(try await records().map { ($0.id, $0.name) }) { first, _ in first }
    }

    func record(_ name: String) async throws(OperationError) -> DestinationRecord {
        let records = try await records()
        guard let record = records.first(where: { $0.name == name }) else {
            throw .unknownDestination(name, known: records.map(\.name).sorted())
        }
        return record
    }

    /// A destination that events can be brought to now.
    func configuredDestination(
        _ name: String
    ) async throws(OperationError) -> (record: DestinationRecord, destination: Destination) {
        let record = try await record(name)
        guard let destination = configured().destinations[record.id] else {
            throw .impossible("the destination \(name) is not configured any more; add it to the config file again")
        }
        return (record, destination)
    }

    func detail(_ record: DestinationRecord) async -> DestinationDetail {
        let destination = configured().destinations[record.id]
        let holder: DestinationDetail.Holder? =
            destination?.isPaused == true ? .config : record.isPaused ? .operator : nil
        let standing = await engine.standing(of: record.id)
        return DestinationDetail(
            name: record.name, isConfigured: destination != nil, pausedBy: holder, isPausedByOperator: record.isPaused,
            open: record.open, held: record.held, inFlight: standing?.inFlight ?? 0,
            standing: destination == nil ? nil : standing)
    }
}
