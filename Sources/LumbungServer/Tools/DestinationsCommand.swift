import LumbungTransport

/// `lumbung destinations …`: shows and steers destinations through the admin API.
public struct DestinationsCommand: Sendable {
    /// How long a test may take: longer than any attempt that somebody waits for.
    public static let testTimeout: Duration = .seconds(3600)

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

    /// Lists every destination and how it stands.
    /// - Throws: ``ServerFailure``.
    public func list() async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.read("/api/v1/destinations")
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(try AdminAccess.decode(DestinationListDocument.self, body).table())
    }

    /// Holds a destination's events back.
    /// - Throws: ``ServerFailure``.
    public func pause(_ name: String) async throws(ServerFailure) -> CommandAnswer {
        try await turn(name, "pause") { now in
            now.isPausedByBoth
                ? "the config file pauses \(name) too: it goes on when `paused` is changed there and it is resumed"
                : nil
        }
    }

    /// Lets a destination's events go on.
    /// - Throws: ``ServerFailure``.
    public func resume(_ name: String) async throws(ServerFailure) -> CommandAnswer {
        try await turn(name, "resume") { now in
            now.pausedBy == "config"
                ? "the operator's pause of \(name) is lifted; the config file still pauses it" : nil
        }
    }

    /// Sends a sample to a destination.
    /// - Returns: The answer, with a failure when the destination did not take the sample.
    /// - Throws: ``ServerFailure``.
    public func test(_ name: String) async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.change(Self.path(name, "test"), timeout: Self.testTimeout)
        let test = try AdminAccess.decode(DestinationTestDocument.self, body)
        return isJSON
            ? CommandAnswer(json: body, failure: test.failure) : CommandAnswer(test.text(), failure: test.failure)
    }

    /// Turns the switch, and tells how the destination stands then, with a remark on what is left to do.
    private func turn(
        _ name: String, _ change: String, remark: (DestinationStateDocument) -> String?
    ) async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.change(Self.path(name, change))
        guard !isJSON else { return CommandAnswer(json: body) }
        let destination = try AdminAccess.decode(DestinationStateDocument.self, body)
        let table = DestinationListDocument(destinations: [destination]).table()
        return CommandAnswer(table + (remark(destination).map { DisplayText.escaped($0) + "\n" } ?? ""))
    }

    private static func path(_ name: String, _ change: String) -> String {
        "/api/v1/destinations/\(AdminClient.encoded(name))/\(change)"
    }
}
