/// `lumbung events …`: reads and steers events through the admin API.
public struct EventsCommand: Sendable {
    let access: AdminAccess
    let isJSON: Bool

    /// Makes the command.
    /// - Parameters:
    ///   - access: The server.
    ///   - isJSON: Whether the server's JSON is told as it is.
    public init(_ access: AdminAccess, isJSON: Bool) {
        self.access = access
        self.isJSON = isJSON
    }

    /// Lists events, newest first.
    /// - Parameter filter: The parameters of `GET /api/v1/events`.
    /// - Throws: ``ServerFailure``.
    public func list(_ filter: [(name: String, value: String)]) async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.read("/api/v1/events", filter)
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(try AdminAccess.decode(EventPageDocument.self, body).table())
    }

    /// Shows one event with its payload, deliveries and attempts.
    /// - Throws: ``ServerFailure``.
    public func show(_ id: Int64) async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.read("/api/v1/events/\(id)")
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(try AdminAccess.decode(EventDocument.self, body).text())
    }

    /// Starts deliveries of an event again.
    /// - Parameters:
    ///   - id: The event.
    ///   - destination: The destination, or nil for those that it has deliveries to.
    ///   - isRerouted: Whether the routes of now say where to instead.
    /// - Throws: ``ServerFailure``.
    public func replay(
        _ id: Int64, destination: String?, isRerouted: Bool
    ) async throws(ServerFailure) -> CommandAnswer {
        let wish = AdminAccess.body([
            "destination": destination.map(JSONMember.text), "reroute": isRerouted ? .flag(true) : nil,
        ])
        let body = try await access.change("/api/v1/events/\(id)/replay", wish)
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(try AdminAccess.decode(OperationDocument.self, body).text("started"))
    }

    /// Ends deliveries of an event that wait.
    /// - Parameters:
    ///   - id: The event.
    ///   - destination: The destination, or nil for every one.
    /// - Throws: ``ServerFailure``.
    public func cancel(_ id: Int64, destination: String?) async throws(ServerFailure) -> CommandAnswer {
        let wish = AdminAccess.body(["destination": destination.map(JSONMember.text)])
        let body = try await access.change("/api/v1/events/\(id)/cancel", wish)
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(try AdminAccess.decode(OperationDocument.self, body).text("cancelled"))
    }
}

/// How many events are replayed.
public struct ReplayManner: Sendable {
    /// Where to; nil for where each event went.
    public var destination: String?
    /// The most events to start in a period, as the config file writes rates.
    public var rate: String?
    /// Whether they are only counted.
    public var isDryRun: Bool

    /// Describes a replay.
    public init(destination: String?, rate: String?, isDryRun: Bool) {
        self.destination = destination
        self.rate = rate
        self.isDryRun = isDryRun
    }
}

extension EventsCommand {
    /// Replays every event that a filter means, or counts them.
    /// - Parameters:
    ///   - filter: The parameters of `GET /api/v1/events` that choose.
    ///   - manner: How.
    /// - Throws: ``ServerFailure``.
    public func replayMany(
        _ filter: [(name: String, value: String)], _ manner: ReplayManner
    ) async throws(ServerFailure) -> CommandAnswer {
        let wish = AdminAccess.body([
            "filter": .texts(Dictionary(filter.map { ($0.name, $0.value) }) { first, _ in first }),
            "destination": manner.destination.map(JSONMember.text), "rate": manner.rate.map(JSONMember.text),
            "dry_run": manner.isDryRun ? .flag(true) : nil,
        ])
        let body = try await access.change("/api/v1/replays", wish)
        guard !isJSON else { return CommandAnswer(json: body) }
        guard !manner.isDryRun else {
            let count = try AdminAccess.decode(ReplayCountDocument.self, body).events
            return CommandAnswer("\(count) event(s) would be replayed; nothing was started\n")
        }
        let replay = try AdminAccess.decode(ReplayDocument.self, body)
        return CommandAnswer(
            "replay \(replay.id) has begun; `lumbung events replays \(replay.id)` tells how far it came, and ends it with --cancel\n"
        )
    }

    /// Tells of every kept replay, newest first.
    /// - Throws: ``ServerFailure``.
    public func replays() async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.read("/api/v1/replays")
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(ReplayDocument.table(try AdminAccess.decode(ReplayListDocument.self, body).replays))
    }

    /// Tells of one replay, or ends it and tells how it stands then.
    /// - Throws: ``ServerFailure``.
    public func replays(_ id: Int64, isEnded: Bool) async throws(ServerFailure) -> CommandAnswer {
        let path = "/api/v1/replays/\(id)"
        let body = isEnded ? try await access.end(path) : try await access.read(path)
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(ReplayDocument.table([try AdminAccess.decode(ReplayDocument.self, body)]))
    }
}
