import LumbungTransport

/// `lumbung sources secrets` and `forget`: which secrets are in use, through the admin API.
public struct SecretsCommand: Sendable {
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

    /// Lists every secret that requests are checked with, and when it was used last.
    /// - Throws: ``ServerFailure``.
    public func list() async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.read("/api/v1/sources")
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(try AdminAccess.decode(SourceListDocument.self, body).table())
    }

    /// Has the secret forgotten that the sender of a source brought.
    /// - Throws: ``ServerFailure``.
    public func forget(_ source: String) async throws(ServerFailure) -> CommandAnswer {
        let body = try await access.end("/api/v1/sources/\(AdminClient.encoded(source))/secret")
        guard !isJSON else { return CommandAnswer(json: body) }
        return CommandAnswer(
            DisplayText.escaped("the secret of \(source) is forgotten; the next one that its sender brings is taken")
                + "\n")
    }
}

/// The sources as the admin API tells them (docs/api.md).
struct SourceListDocument: Decodable {
    struct Source: Decodable {
        let name: String
        let secretBrought: Bool
        let secretCapturedAt: String?
        let secrets: [Secret]
    }

    struct Secret: Decodable {
        let number: Int
        let fingerprint: String
        let uses: Int
        let lastUsedAt: String?
    }

    let sources: [Source]

    /// One row a secret.
    func table() -> String {
        TextTable(["SOURCE", "SECRET", "FINGERPRINT", "USES", "LAST USED"], sources.flatMap(Self.rows)).rendered()
    }

    private static func rows(of source: Source) -> [[String]] {
        if source.secretBrought {
            let state = source.secretCapturedAt.map { "brought by the sender at \($0)" } ?? "not brought yet"
            return [[source.name, state, "-", "-", "-"]]
        }
        guard !source.secrets.isEmpty else { return [[source.name, "none", "-", "-", "-"]] }
        return source.secrets.map {
            [source.name, String($0.number), $0.fingerprint, String($0.uses), $0.lastUsedAt ?? "never"]
        }
    }
}
