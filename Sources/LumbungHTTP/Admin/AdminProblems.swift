import LumbungCore
import LumbungKit

/// The problems of the admin API.
extension Problem {
    /// What an operator is told about a wish that was not done.
    /// - Parameters:
    ///   - error: Why.
    ///   - unknownDestination: The status for a destination that nobody knows: 404 where the path names it, else 400.
    init(_ error: OperationError, unknownDestination: Int = 404) {
        switch error {
        case .store(.tooSlow):
            self.init(
                status: 503, slug: "too-slow", title: "Service Unavailable",
                detail: "the database did not answer in time; ask for less, such as a shorter time by `from` and `to`",
                retryAfterSeconds: 1)
        case .store(let error):
            self.init(
                status: 503, slug: "unavailable", title: "Service Unavailable", detail: "not done: \(error.sentence)",
                retryAfterSeconds: error == .diskFull ? 30 : 1)
        case .unknownEvent(let id):
            self.init(
                status: 404, slug: "unknown-event", title: "Not Found", detail: "there is no event \(id.value)")
        case .unknownReplay(let id):
            self.init(
                status: 404, slug: "unknown-replay", title: "Not Found", detail: "there is no replay \(id.value)")
        case .notQuarantined(let id):
            self.init(
                status: 404, slug: "not-quarantined", title: "Not Found",
                detail: "there is no request \(id.value) in quarantine, or not any more")
        case .unknownDestination(let name, let known):
            let names = known.isEmpty ? "there is none" : "known are: " + known.joined(separator: ", ")
            self.init(
                status: unknownDestination, slug: "unknown-destination",
                title: unknownDestination == 404 ? "Not Found" : "Bad Request",
                detail: "there is no destination \"\(name.prefix(80))\"; \(names)")
        case .impossible(let reason):
            self.init(status: 409, slug: "conflict", title: "Conflict", detail: reason)
        }
    }

    /// A parameter, or a part of the path or the body, is not what is taken there.
    static func badParameter(_ name: String, _ expected: String) -> Problem {
        .badRequest("`\(name)` \(expected)")
    }

    /// A parameter that is not known.
    static func unknownParameter(_ name: String, known: [String]) -> Problem {
        let names = known.isEmpty ? "this path takes none" : "known are: " + known.joined(separator: ", ")
        return .badRequest("there is no parameter \"\(name.prefix(80))\"; \(names)")
    }

    static let mayOnlyRead = Problem(
        status: 403, slug: "read-only-token", title: "Forbidden",
        detail: "this token may only read; a change needs the ADMIN_TOKEN")

    static let foreignHost = Problem(
        status: 421, slug: "foreign-host", title: "Misdirected Request",
        detail: "without ADMIN_TOKEN only requests to localhost, 127.0.0.1 or [::1] are answered")

    static let foreignOrigin = Problem(
        status: 403, slug: "foreign-origin", title: "Forbidden",
        detail: "without ADMIN_TOKEN a page of another origin may change nothing")

    static let internalError = Problem(
        status: 500, slug: "internal", title: "Internal Server Error", detail: "this is a fault of the server")
}
