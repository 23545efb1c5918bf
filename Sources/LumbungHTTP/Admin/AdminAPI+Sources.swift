import Hummingbird
import LumbungKit

/// The senders.
extension AdminAPI {
    @Sendable func sources(_ request: Request, _ context: AdminContext) async throws -> Response {
        let all = try await told { () async throws(OperationError) in try await inbox.sources() }
        return Response(.object([("sources", .array(all.map(JSONValue.init)))]))
    }

    @Sendable func forgetSecret(_ request: Request, _ context: AdminContext) async throws -> Response {
        let name = try await Self.name(request, context)
        _ = try await make(AdminChange("forget", [("source", .string(name))]), context) {
            () async throws(OperationError) in
            try await inbox.forgetSecret(of: name)
            return Done()
        }
        return Response(.object([("forgotten", .string(name))]))
    }
}

extension JSONValue {
    init(_ source: SourceDetail) {
        self = .object([
            ("name", .string(source.name)),
            ("secret_brought", .bool(source.isSecretBrought)),
            ("secret_captured_at", source.capturedAt.map(JSONValue.time) ?? .null),
            ("secrets", .array(source.secrets.enumerated().map { JSONValue($1, number: $0 + 1) })),
        ])
    }

    private init(_ secret: SourceDetail.Secret, number: Int) {
        self = .object([
            ("number", .number(Int64(number))),
            ("fingerprint", .string(secret.fingerprint)),
            ("uses", .number(secret.uses)),
            ("last_used_at", secret.lastUsedAt.map(JSONValue.time) ?? .null),
        ])
    }
}
