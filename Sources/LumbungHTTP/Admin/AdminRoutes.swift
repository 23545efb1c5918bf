import HTTPTypes
import Hummingbird
import LumbungKit
import NIOCore

/// What a request to the admin listener carries beside itself.
struct AdminContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks, for the log.
    let remoteAddress: String
    /// Who asks, by the name of the token; `local` where none is needed.
    var actor = "local"

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress ?? "-"
    }
}

/// One path of the admin listener with one method.
struct AdminRoute: Sendable {
    typealias Handler = @Sendable (Request, AdminContext) async throws -> Response

    /// The method; a path that takes GET takes HEAD as well.
    let method: HTTPRequest.Method
    /// The path, with `{name}` for a part that varies.
    let path: String
    /// Whether it takes parameters in the query.
    var takesQuery = false
    /// Answers it.
    let handler: Handler

    /// Whether a request's path is this one.
    func matches(_ parts: [Substring]) -> Bool {
        let own = path.split(separator: "/")
        return own.count == parts.count && zip(own, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }

    /// The methods, as `Allow` has them.
    var allow: String { method == .get ? "GET, HEAD" : method.rawValue }
}

/// What the admin listener answers.
enum AdminRoutes {
    /// The paths that need no token (CONTRACT 6).
    static let openPaths: Set<String> = ["/healthz", "/readyz"]

    /// The router of the admin listener.
    static func router(
        keys: [AdminKey], api: AdminAPI, readiness: @escaping IngestServer.Readiness
    ) -> Router<AdminContext> {
        let routes = table(api, readiness)
        let router = Router(context: AdminContext.self, options: .autoGenerateHeadEndpoints)
        router.add(
            middleware: ProblemDocuments { path in
                let parts = path.split(separator: "/")
                let allowed = routes.filter { $0.matches(parts) }.map(\.allow)
                return allowed.isEmpty ? nil : allowed.joined(separator: ", ")
            })
        if keys.isEmpty {
            router.add(middleware: LocalDoor())
        } else {
            router.add(middleware: AdminGate(keys: keys))
        }
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                if !route.takesQuery, let unknown = try QueryText.pairs(request.uri.query).first,
                    !openPaths.contains(route.path)
                {
                    throw Problem.unknownParameter(unknown.name, known: [])
                }
                return try await route.handler(request, context)
            }
        }
        return router
    }

    /// Every path with its methods.
    private static func table(_ api: AdminAPI, _ readiness: @escaping IngestServer.Readiness) -> [AdminRoute] {
        let (events, destinations, replays) = ("/api/v1/events", "/api/v1/destinations", "/api/v1/replays")
        let (sources, quarantine) = ("/api/v1/sources", "/api/v1/quarantine")
        return [
            AdminRoute(method: .get, path: "/healthz") { _, _ in Response(Answer.healthy) },
            AdminRoute(method: .get, path: "/readyz") { _, _ in Response(Answer.readiness(await readiness())) },
            AdminRoute(method: .get, path: events, takesQuery: true, handler: api.events),
            AdminRoute(method: .get, path: events + "/{queue_id}", handler: api.event),
            AdminRoute(method: .get, path: events + "/{queue_id}/payload", handler: api.payload),
            AdminRoute(method: .post, path: events + "/{queue_id}/replay", handler: api.replay),
            AdminRoute(method: .post, path: events + "/{queue_id}/cancel", handler: api.cancel),
            AdminRoute(method: .get, path: replays, handler: api.replays),
            AdminRoute(method: .post, path: replays, handler: api.beginReplay),
            AdminRoute(method: .get, path: replays + "/{id}", handler: api.oneReplay),
            AdminRoute(method: .delete, path: replays + "/{id}", handler: api.cancelReplay),
            AdminRoute(method: .get, path: destinations, handler: api.destinations),
            AdminRoute(method: .post, path: destinations + "/{name}/pause", handler: api.pause),
            AdminRoute(method: .post, path: destinations + "/{name}/resume", handler: api.resume),
            AdminRoute(method: .post, path: destinations + "/{name}/test", handler: api.test),
            AdminRoute(method: .get, path: "/api/v1/audit", takesQuery: true, handler: api.audit),
            AdminRoute(method: .get, path: "/api/v1/rejections", takesQuery: true, handler: api.rejections),
            AdminRoute(method: .get, path: sources, handler: api.sources),
            AdminRoute(method: .delete, path: sources + "/{name}/secret", handler: api.forgetSecret),
            AdminRoute(method: .get, path: quarantine, takesQuery: true, handler: api.quarantined),
            AdminRoute(method: .get, path: quarantine + "/{id}", handler: api.oneQuarantined),
            AdminRoute(method: .get, path: quarantine + "/{id}/body", handler: api.quarantinedBody),
            AdminRoute(method: .post, path: quarantine + "/reverify", handler: api.reverify),
            AdminRoute(method: .post, path: quarantine + "/discard", handler: api.discard),
        ]
    }
}

extension Response {
    /// The same answer on Hummingbird's side.
    init(_ answer: Answer) {
        var fields: HTTPFields = [:]
        fields[.contentType] = answer.contentType
        fields[.allow] = answer.allow
        fields[.retryAfter] = answer.retryAfterSeconds.map(String.init)
        self.init(
            status: HTTPResponse.Status(code: answer.status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    /// An answer of 200 with bytes from outside, of which a browser runs nothing (CSP level 3, `sandbox`).
    init(sandboxed bytes: [UInt8], contentType: String) {
        var fields: HTTPFields = [.contentType: contentType, .contentSecurityPolicy: "sandbox"]
        fields[.xContentTypeOptions] = "nosniff"
        self.init(status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// An answer of 200 with a JSON document.
    init(_ document: JSONValue) {
        self.init(Answer(json: document.bytes))
    }
}
