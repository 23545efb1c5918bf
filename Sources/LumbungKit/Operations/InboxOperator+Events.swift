public import LumbungCore

/// Where a replay goes.
public enum ReplayTarget: Sendable, Hashable {
    /// To every destination that the event has a delivery to.
    case ownDeliveries
    /// To one destination, whether the event has a delivery to it or not.
    case destination(String)
    /// Where the routes of now send the event; also to those that have taken it before.
    case routes
}

extension InboxOperator {
    /// Starts deliveries of an event again, with fresh attempts.
    ///
    /// Durability: what is told as changed was committed and flushed before this returns. A delivery that waits or runs
    /// is left as it is, and so is one to a destination that is not configured any more: it would wait for ever. A
    /// delivery to a destination that is paused waits.
    /// - Throws: ``OperationError``; then nothing was started.
    public func replay(_ id: EventID, to target: ReplayTarget) async throws(OperationError) -> OperationResult {
        let destinations: [DestinationID]? =
            switch target {
            case .ownDeliveries: try await configuredPlaces(of: id)
            case .destination(let name): [try await configuredDestination(name).record.id]
            case .routes: try await routed(id)
            }
        // Before the change: what is committed must not be told as refused because something cannot be read.
        let (now, names) = (now(), try await names())
        let report = try await ask { store throws(StoreError) in
            try await store.replay(id, to: destinations, now: now)
        }
        guard let report else { throw .unknownEvent(id) }
        let result = OperationResult(report, names: names)
        guard !result.changed.isEmpty else {
            throw .impossible(
                result.left.isEmpty
                    ? "event \(id.value) has no deliveries; name a destination, or let the routes of now decide"
                    : "nothing was started, since it is on its way: \(result.leftInWords)")
        }
        engine.committed()
        return result
    }

    /// Ends deliveries of an event that wait; what runs or has ended is left as it is.
    ///
    /// Durability: what is told as changed was committed and flushed before this returns.
    /// - Parameters:
    ///   - id: The event.
    ///   - destination: The name of a destination, or nil for all of the event's.
    /// - Throws: ``OperationError``; then nothing was cancelled.
    public func cancel(_ id: EventID, destination: String?) async throws(OperationError) -> OperationResult {
        var number: DestinationID?
        if let destination { number = try await record(destination).id }
        let (meant, now, names) = (number, now(), try await names())
        let report = try await ask { store throws(StoreError) in try await store.cancel(id, to: meant, now: now) }
        guard let report else { throw .unknownEvent(id) }
        let result = OperationResult(report, names: names)
        guard !result.changed.isEmpty else {
            let place = destination.map { " to \($0)" } ?? ""
            throw .impossible(
                result.left.isEmpty
                    ? "event \(id.value) has no delivery\(place)"
                    : "nothing waits that could be cancelled: \(result.leftInWords)")
        }
        // What waited behind it in the order of its key may go now.
        engine.committed()
        return result
    }

    /// The destinations of an event's deliveries that are configured; nil for an event without any delivery.
    private func configuredPlaces(of id: EventID) async throws(OperationError) -> [DestinationID]? {
        let (own, names, configured) = (try await stored(id).deliveries, try await names(), configured().destinations)
        let places = own.map(\.destination).filter { configured[$0] != nil }
        guard places.isEmpty, !own.isEmpty else { return own.isEmpty ? nil : places }
        let gone = own.map { names.name(of: $0.destination) }.sorted().joined(separator: ", ")
        throw .impossible(
            "event \(id.value) goes only where nothing is configured any more: \(gone); name a destination that is, or add "
                + "it to the config file again")
    }

    /// Where the routes of now send a stored event.
    private func routed(_ id: EventID) async throws(OperationError) -> [DestinationID] {
        let event = try await stored(id).event
        guard let found = configured().sources.first(where: { $0.source.name == event.source }) else {
            throw .impossible("the source \(event.source) is not configured any more; name a destination")
        }
        guard let routed = IntakePlan(source: found.source, routes: found.routes).destinations(of: event) else {
            throw .impossible(
                "the payload of event \(id.value) cannot be read in a format of its source; name a destination")
        }
        guard !routed.isEmpty else {
            throw .impossible("no route of now takes event \(id.value); name a destination, or change the routes")
        }
        return routed
    }
}
