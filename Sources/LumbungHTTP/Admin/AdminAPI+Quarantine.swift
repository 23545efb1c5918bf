import HTTPTypes
import Hummingbird
import Logging
import LumbungCore
import LumbungKit
import NIOCore

/// Requests that did not prove who sent them.
extension AdminAPI {
    @Sendable func quarantined(_ request: Request, _ context: AdminContext) async throws -> Response {
        let query = try QuarantineListRequest(request.uri.query).query
        let page = try await told { () async throws(OperationError) in try await inbox.quarantined(query) }
        return Response(
            .object([
                ("requests", .array(page.requests.map(JSONValue.init))),
                ("next_cursor", .optional(page.next.map { String($0.value) })),
            ]))
    }

    @Sendable func oneQuarantined(_ request: Request, _ context: AdminContext) async throws -> Response {
        let detail = try await quarantined(context)
        guard case .object(let members) = JSONValue(detail) else { return Response(.null) }
        return Response(.object(members + .content("body", detail.request.body)))
    }

    /// The bytes as they came; a browser runs nothing of them.
    @Sendable func quarantinedBody(_ request: Request, _ context: AdminContext) async throws -> Response {
        Response(sandboxed: try await quarantined(context).request.body, contentType: "application/octet-stream")
    }

    @Sendable func reverify(_ request: Request, _ context: AdminContext) async throws -> Response {
        let body = try QuarantineBody(try await Self.bytes(of: request), takesDryRun: true)
        let report = try await told { () async throws(OperationError) in
            try await inbox.reverify(body.choice, isDryRun: body.isDryRun)
        }
        if !body.isDryRun { note("reverify", context, body.choice, report.passed) }
        return Response(JSONValue(report, isDryRun: body.isDryRun))
    }

    @Sendable func discard(_ request: Request, _ context: AdminContext) async throws -> Response {
        let body = try QuarantineBody(try await Self.bytes(of: request), takesDryRun: false)
        let count = try await told { () async throws(OperationError) in try await inbox.discard(body.choice) }
        note("discard", context, body.choice, count)
        return Response(.object([("discarded", .number(Int64(count)))]))
    }

    private func quarantined(_ context: AdminContext) async throws(Problem) -> QuarantineDetail {
        guard let number = context.parameters.get("id").flatMap({ PositiveNumber.read($0) }) else {
            throw .badParameter("id", "must be a whole number from 1 on")
        }
        return try await told { () async throws(OperationError) in try await inbox.quarantined(QuarantineID(number)) }
    }

    private func note(_ change: String, _ context: AdminContext, _ choice: QuarantineChoice, _ count: Int) {
        let which =
            switch choice {
            case .one(let id): "\(id.value)"
            case .source(let name): "of \(name)"
            case .all: "all"
            }
        logger.notice(
            "done for an operator",
            metadata: [
                "change": "\(change)", "by": "\(context.remoteAddress)", "quarantined": "\(which)",
                "requests": "\(count)",
            ])
    }
}

/// The parameters of the list of the quarantine, checked.
struct QuarantineListRequest: Sendable, Hashable {
    /// What to list.
    private(set) var query = QuarantineQuery()

    /// Reads the query of a request's target.
    /// - Throws: ``Problem`` with status 400 that names the parameter.
    init(_ text: String?) throws(Problem) {
        let known = ["source", "limit", "cursor"]
        var seen: Set<String> = []
        for (name, value) in try QueryText.pairs(text) {
            guard known.contains(name) else { throw .unknownParameter(name, known: known) }
            guard seen.insert(name).inserted else { throw .badParameter(name, "is there more than once") }
            guard !value.isEmpty else { throw .badParameter(name, "is empty") }
            guard !value.utf8.contains(0) else {
                throw .badParameter(name, "has a NUL character, which nothing is found by")
            }
            switch name {
            case "source": query.source = value
            case "limit": query.limit = try PageLimit.read(value, atMost: QuarantineQuery.longestPage)
            default: query.before = QuarantineID(try PageCursor.read(value))
            }
        }
    }
}

extension JSONValue {
    init(_ detail: QuarantineDetail) {
        let request = detail.request
        self = .object([
            ("id", .number(detail.id.value)),
            ("source", .string(request.source)),
            ("received_at", .time(request.receivedAt)),
            ("expires_at", .time(request.expiresAt)),
            ("address", .optional(request.address.isEmpty ? nil : request.address)),
            ("step", .string(request.step)),
            ("reason", .string(request.reason)),
            ("path", .string(request.target)),
            ("headers", .headers(detail.headers)),
            ("body_bytes", .number(Int64(detail.bodyBytes))),
        ])
    }

    init(_ report: ReverifyReport, isDryRun: Bool) {
        self = .object([
            ("dry_run", .bool(isDryRun)),
            ("checked", .number(Int64(report.checked))),
            ("passed", .number(Int64(report.passed))),
            ("failed", .number(Int64(report.failed))),
            ("queued", .number(Int64(report.events[.queued] ?? 0))),
            ("duplicates", .number(Int64(report.events[.duplicate] ?? 0))),
            ("conflicts", .number(Int64(report.events[.conflict] ?? 0))),
            ("revived", .number(Int64(report.events[.revived] ?? 0))),
            (
                "failures",
                .array(
                    report.failures.map {
                        .object([("id", .number($0.id.value)), ("reason", .string($0.reason))])
                    })
            ),
        ])
    }
}
