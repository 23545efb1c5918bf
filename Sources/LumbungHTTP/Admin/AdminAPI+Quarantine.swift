import HTTPTypes
import Hummingbird
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
        let reverify = { () async throws(OperationError) in
            try await inbox.reverify(body.choice, isDryRun: body.isDryRun)
        }
        guard !body.isDryRun else { return Response(JSONValue(try await told(reverify), isDryRun: true)) }
        let report = try await make(
            AdminChange("reverify", [body.asked]), context, reverify)
        return Response(JSONValue(report, isDryRun: body.isDryRun))
    }

    @Sendable func discard(_ request: Request, _ context: AdminContext) async throws -> Response {
        let body = try QuarantineBody(try await Self.bytes(of: request), takesDryRun: false)
        let discarded = try await make(AdminChange("discard", [body.asked]), context) {
            () async throws(OperationError) in Discarded(requests: try await inbox.discard(body.choice))
        }
        return Response(.object([("discarded", .number(Int64(discarded.requests)))]))
    }

    private func quarantined(_ context: AdminContext) async throws(Problem) -> QuarantineDetail {
        guard let number = context.parameters.get("id").flatMap({ PositiveNumber.read($0) }) else {
            throw .badParameter("id", "must be a whole number from 1 on")
        }
        return try await told { () async throws(OperationError) in try await inbox.quarantined(QuarantineID(number)) }
    }
}

/// The parameters of the list of the quarantine, checked.
struct QuarantineListRequest: Sendable, Hashable {
    /// What to list.
    private(set) var query = QuarantineQuery()

    /// Reads the query of a request's target.
    /// - Throws: ``Problem`` with status 400 that names the parameter.
    init(_ text: String?) throws(Problem) {
        for (name, value) in try QueryText.each(of: ["source", "limit", "cursor"], in: text) {
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
            ("stopped_by", .optional(report.stoppedBy?.sentence)),
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

extension ReverifyReport: AuditedResult {
    var audited: [(key: String, value: JSONValue)] {
        let counts: [(key: String, value: JSONValue)] = [
            ("passed", .number(Int64(passed))), ("failed", .number(Int64(failed))),
        ]
        return counts + (stoppedBy.map { [("stopped_by", .string($0.sentence))] } ?? [])
    }
}

/// How many requests were removed from quarantine.
private struct Discarded: AuditedResult {
    var requests: Int

    var audited: [(key: String, value: JSONValue)] { [("requests", .number(Int64(requests)))] }
}
