import HTTPTypes
import Hummingbird
import LumbungKit

/// Lets nobody without the token past the health checks.
struct AdminGate<Context: RequestContext>: RouterMiddleware {
    let token: AdminToken

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !AdminRoutes.openPaths.contains(request.uri.path) else { return try await next(request, context) }
        guard token.admits(request.headers[.authorization]) else {
            var response = Response(Answer(Refusal(.unauthorized)))
            response.headers[.wwwAuthenticate] = "Bearer"
            return response
        }
        return try await next(request, context)
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
