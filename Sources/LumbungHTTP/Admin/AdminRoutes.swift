import HTTPTypes
import Hummingbird
import NIOCore

/// What the admin listener answers.
enum AdminRoutes {
    /// The paths that need no token (CONTRACT 6).
    static let openPaths: Set<String> = ["/healthz", "/readyz"]

    /// The router of the admin listener.
    static func router(token: AdminToken?, readiness: @escaping IngestServer.Readiness) -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemDocuments())
        router.add(middleware: AdminGate(token: token))
        router.get("healthz") { _, _ in Response(Answer.healthy) }
        router.get("readyz") { _, _ in Response(Answer.readiness(await readiness())) }
        return router
    }
}

extension Response {
    /// The same answer on Hummingbird's side.
    init(_ answer: Answer) {
        var fields: HTTPFields = [.contentType: answer.contentType]
        fields[.allow] = answer.allow
        fields[.retryAfter] = answer.retryAfterSeconds.map(String.init)
        self.init(
            status: HTTPResponse.Status(code: answer.status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}
