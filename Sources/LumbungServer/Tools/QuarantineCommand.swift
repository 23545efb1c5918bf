/// `lumbung quarantine …`: requests that did not prove who sent them, through the admin API.
public struct QuarantineCommand: Sendable {
    /// Which requests are meant.
    public enum Choice: Sendable {
        /// One, by its number.
        case one(Int64)
        /// Those of a source.
        case source(String)
        /// Every one.
        case all
    }

    private static let path = "/api/v1/quarantine"

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

    /// Lists requests, newest first.
    /// - Parameter page: The parameters of `GET /api/v1/quarantine`.
    /// - Throws: ``ServerFailure``.
    public func list(_ page: [(name: String, value: String)]) async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.read(Self.path, page)
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(try AdminAccess.decode(QuarantinePageDocument.self, body).table())
    }

    /// Shows one request, without the secrets in its headers.
    /// - Throws: ``ServerFailure``.
    public func show(_ id: Int64) async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.read("\(Self.path)/\(id)")
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(try AdminAccess.decode(QuarantinedDocument.self, body).text())
    }

    /// Checks requests again and releases those that pass.
    /// - Returns: The answer, with a failure when one request was meant and it still fails, and when the server could not
    ///   go on.
    /// - Throws: ``ServerFailure``.
    public func reverify(_ choice: Choice, isDryRun: Bool) async throws(ServerFailure) -> CommandAnswer {
        var members = choice.members
        if isDryRun { members["dry_run"] = .flag(true) }
        let body = try await access.change("\(Self.path)/reverify", AdminAccess.body(members), timeout: .seconds(600))
        let report = try AdminAccess.decode(ReverifyDocument.self, body)
        var failure: ServerFailure?
        if case .one = choice, report.failed > 0 {
            failure = ServerFailure("it still fails: \(DisplayText.escaped(report.failures.first?.reason ?? ""))")
        }
        if let reason = report.stoppedBy {
            failure = ServerFailure(
                "it ended before all were checked: \(DisplayText.escaped(reason)). Run it again to go on")
        }
        return isJSON
            ? CommandAnswer(json: body, failure: failure) : CommandAnswer(report.text(), failure: failure)
    }

    /// Removes requests for good.
    /// - Throws: ``ServerFailure``.
    public func discard(_ choice: Choice) async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.change(
            "\(Self.path)/discard", AdminAccess.body(choice.members), timeout: .seconds(600))
        guard !isJSON else { return CommandAnswer(json: body) }
        let count = try AdminAccess.decode(DiscardDocument.self, body).discarded
        return CommandAnswer("\(count) request(s) discarded\n")
    }
}

extension QuarantineCommand.Choice {
    fileprivate var members: [String: JSONMember?] {
        switch self {
        case .one(let id): ["id": .number(id)]
        case .source(let name): ["source": .text(name)]
        case .all: ["all": .flag(true)]
        }
    }
}
