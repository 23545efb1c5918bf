public import LumbungCore

/// An event with the names of the destinations that its deliveries go to.
public struct EventDetail: Sendable {
    /// The event.
    public var stored: StoredEvent
    private let names: [DestinationID: String]

    init(stored: StoredEvent, names: [DestinationID: String]) {
        self.stored = stored
        self.names = names
    }

    /// The name of a destination.
    public func name(of destination: DestinationID) -> String {
        names.name(of: destination)
    }
}

/// What became of the deliveries that an operator meant, by the names of their destinations.
public struct OperationResult: Sendable, Hashable {
    /// A delivery that was left as it is.
    public struct Left: Sendable, Hashable {
        /// The name of its destination.
        public var destination: String
        /// Where it stands.
        public var status: EventStatus
    }

    /// The destinations whose deliveries were changed, in the order of their names.
    public var changed: [String]
    /// The deliveries that were left as they are, in the order of their destinations' names.
    public var left: [Left]

    init(_ report: OperationReport, names: [DestinationID: String]) {
        changed = report.changed.map(names.name(of:)).sorted()
        left = report.left.map { Left(destination: names.name(of: $0.key), status: $0.value) }
            .sorted { $0.destination < $1.destination }
    }

    /// What was left, for a sentence.
    var leftInWords: String {
        left.map { "\($0.destination) is \($0.status.rawValue)" }.joined(separator: ", ")
    }
}

/// A destination as an operator sees it.
public struct DestinationDetail: Sendable, Hashable {
    /// Who holds a destination's events back.
    public enum Holder: String, Sendable, CaseIterable {
        /// The configuration; only a change of it lets the events go on.
        case config
        /// An operator, who can resume it.
        case `operator`
    }

    /// Its name.
    public var name: String
    /// Whether it is configured now; deliveries to one that is not wait until it is again.
    public var isConfigured: Bool
    /// Who paused it; the configuration is named when both did.
    public var pausedBy: Holder?
    /// Whether an operator paused it, be it beside the configuration.
    public var isPausedByOperator: Bool
    /// Deliveries to it that wait or run.
    public var open: Int
    /// How many of them wait for another one of their order key.
    public var held = 0
    /// Attempts to it that run, also when it is not configured any more.
    public var inFlight = 0
    /// How it stands in the engine; nil when it is not configured.
    public var standing: DestinationStanding?

    /// Whether its events wait until a person does something.
    public var isPaused: Bool { pausedBy != nil }
}

/// How a test of a destination went.
public struct DestinationTest: Sendable, Hashable {
    /// The name of the destination.
    public var destination: String
    /// The identity of the sample that was sent.
    public var identity: String
    /// How the attempt ended.
    public var outcome: AttemptOutcome
    /// How long it took.
    public var duration: Duration
}

extension [DestinationID: String] {
    /// The name of a number; every number that a store gives out has one.
    func name(of id: DestinationID) -> String {
        self[id] ?? "unknown"
    }
}
