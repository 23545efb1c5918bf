/// `lumbung events …`: reads and steers events through the admin API.
public struct EventsCommand: Sendable {
    private let access: AdminAccess
    private let isJSON: Bool

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
