import HTTPTypes
import Hummingbird
import LumbungKit

/// Lets nobody without the token past the health checks.
struct AdminGate<Context: RequestContext>: RouterMiddleware {
    let token: AdminToken?

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let token, !AdminRoutes.openPaths.contains(request.uri.path) else {
            return try await next(request, context)
        }
        guard token.admits(request.headers[.authorization]) else {
            var response = Response(Answer(Refusal(.unauthorized)))
            response.headers[.wwwAuthenticate] = "Bearer"
            return response
        }
        return try await next(request, context)
    }
}

/// Turns the router's errors into problem documents.
struct ProblemDocuments<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError where error.status == .notFound {
            return Response(Answer(Refusal(.unknownAdminPath)))
        } catch let error as any HTTPResponseError {
            let problem = Problem(
                status: error.status.code, slug: "refused", title: error.status.reasonPhrase,
                detail: "the request cannot be answered")
            return Response(Answer(Refusal(problem)))
        }
    }
}
