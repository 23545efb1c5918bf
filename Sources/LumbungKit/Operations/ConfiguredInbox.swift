public import LumbungCore

/// What is configured now: where events may go, and which sources send them there.
public struct ConfiguredInbox: Sendable {
    /// The destinations by the store's numbers, each paused as the configuration says and not as an operator did.
    public var destinations: [DestinationID: Destination]
    /// Every source with its routes.
    public var sources: [(source: Source, routes: RouteTable)]

    /// Bundles destinations and sources.
    public init(destinations: [DestinationID: Destination], sources: [(source: Source, routes: RouteTable)]) {
        self.destinations = destinations
        self.sources = sources
    }
}

extension [DestinationID: Destination] {
    /// The destinations as the engine is to start with them: those are paused, too, that an operator paused before.
    public func held(by records: [DestinationRecord]) -> [DestinationID: Destination] {
        var held = self
        for record in records where record.isPaused { held[record.id]?.isPaused = true }
        return held
    }
}
