import LumbungCore
import LumbungKit
import NIOHTTP1

/// What a request gets, decided from its head alone.
struct RequestPlan: Sendable, Hashable {
    /// The four ways a request can go.
    enum Route: Sendable, Hashable {
        /// Its body is read and handed to the intake.
        case ingest
        /// It is told that the process lives.
        case health
        /// It is told whether a commit would succeed now.
        case readiness
        /// It is refused.
        case refuse(Refusal)
    }

    /// Where it goes.
    var route: Route
    /// The configured source its path names.
    var source: String?
    /// What its header fields say.
    var headers: HeaderFindings
    /// The largest body in bytes.
    var bodyLimitBytes: Int
    /// Whether the answer has no body because the method is HEAD.
    var isHead: Bool
    /// Whether the connection ends after the answer.
    var closes: Bool
    /// Whether bytes follow that will not be read as this request's body.
    var hasUnreadInput: Bool

    /// Plans a request.
    /// - Parameters:
    ///   - head: Its head.
    ///   - client: The address that it comes from; nil when it is not known.
    ///   - maxBodyBytes: The largest body of a source that sets no limit of its own.
    ///   - source: Finds a configured source by its name.
    init(
        _ head: HTTPRequestHead, from client: IPAddress? = nil, maxBodyBytes: Int, source: (String) -> Source?
    ) {
        headers = HeaderFindings(head)
        isHead = head.method == .HEAD
        bodyLimitBytes = maxBodyBytes
        // The decoder stops reading after a request that asks for another protocol.
        closes = !head.isKeepAlive || head.version.isBeforeHTTP11 || headers.hasUpgrade || head.method == .CONNECT
        hasUnreadInput = false
        (route, self.source) = (.health, nil)
        switch RequestTarget(head.uri) {
        case .webhook(let name):
            if let known = source(name) {
                self.source = known.name
                bodyLimitBytes = known.maxBodyBytes ?? maxBodyBytes
                route = Self.webhook(head, from: client, known)
            } else {
                route = .refuse(.init(.unknownSource))
            }
        case .health: route = Self.reading(head, .health)
        case .readiness: route = Self.reading(head, .readiness)
        case .unknown: route = .refuse(.init(.unknownPath))
        }
        refuseEarly()
    }

    private static func webhook(_ head: HTTPRequestHead, from client: IPAddress?, _ source: Source) -> Route {
        guard source.access.admits(client) else {
            return .refuse(.init(.forbidden(client)))
        }
        if head.method == .POST { return .ingest }
        let methods = source.methods
        if methods.contains(head.method.rawValue) { return .ingest }
        let named = methods.count > 2 ? "POST, GET and OPTIONS" : methods.joined(separator: " and ")
        return .refuse(.init(.methodNotAllowed(named), allow: methods.joined(separator: ", ")))
    }

    private static func reading(_ head: HTTPRequestHead, _ route: Route) -> Route {
        guard head.method != .GET, head.method != .HEAD else { return route }
        return .refuse(.init(.methodNotAllowed("GET and HEAD"), allow: "GET, HEAD"))
    }

    private mutating func refuseEarly() {
        if let defect = headers.defect {
            // How the rest would have to be read is open, so it is not read.
            route = .refuse(.init(.malformed(defect)))
            closes = true
            hasUnreadInput = true
        } else if case .refuse = route {
            hasUnreadInput = headers.hasBody
        } else if headers.expectsOther {
            route = .refuse(.init(.expectationFailed))
            hasUnreadInput = headers.hasBody
        } else if let length = headers.contentLength, length > bodyLimitBytes {
            route = .refuse(.init(.bodyTooLarge(limitBytes: bodyLimitBytes)))
            hasUnreadInput = true
        }
    }
}

/// A problem with what the answer says besides.
struct Refusal: Sendable, Hashable {
    /// The problem.
    var problem: Problem
    /// The value of the `Allow` header of a 405.
    var allow: String?

    init(_ problem: Problem, allow: String? = nil) {
        self.problem = problem
        self.allow = allow
    }
}
