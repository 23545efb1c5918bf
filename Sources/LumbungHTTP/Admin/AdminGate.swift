import HTTPTypes
import Hummingbird
import LumbungKit

/// A token of the admin listener and what it is for.
struct AdminKey: Sendable {
    /// What the audit log calls who has it.
    let name: String
    /// The token.
    let token: AdminToken
    /// Whether it may change anything.
    let mayChange: Bool
}

/// Lets nobody without a token past the health checks, and nobody change anything without the right one.
struct AdminGate: RouterMiddleware {
    let keys: [AdminKey]
    let delays = FailureDelays()

    func handle(
        _ request: Request, context: AdminContext, next: @concurrent (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        guard !AdminRoutes.openPaths.contains(request.uri.path) else { return try await next(request, context) }
        guard let key = keys.first(where: { $0.token.admits(request.headers[.authorization]) }) else {
            try await Task.sleep(for: delays.failed(from: context.remoteAddress))
            var response = Response(Answer(Refusal(.unauthorized)))
            response.headers[.wwwAuthenticate] = "Bearer"
            return response
        }
        delays.succeeded(from: context.remoteAddress)
        guard key.mayChange || request.method == .get || request.method == .head else { throw Problem.mayOnlyRead }
        var known = context
        known.actor = key.name
        return try await next(request, known)
    }
}

/// Turns errors into problem documents, and keeps every answer out of caches.
struct ProblemDocuments<Context: RequestContext>: RouterMiddleware {
    /// The methods of a known path, as `Allow` has them; nil for an unknown one.
    let allowed: @Sendable (String) -> String?

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await answer(request, context: context, next: next)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private func answer(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return Response(Answer(Refusal(problem)))
        } catch let error as any HTTPResponseError where error.status == .notFound {
            guard let allow = allowed(request.uri.path) else { return Response(Answer(Refusal(.unknownAdminPath))) }
            return Response(Answer(Refusal(.methodNotAllowed(allow), allow: allow)))
        } catch let error as any HTTPResponseError {
            let problem = Problem(
                status: error.status.code, slug: "refused", title: error.status.reasonPhrase,
                detail: "the request cannot be answered")
            return Response(Answer(Refusal(problem)))
        }
    }
}
