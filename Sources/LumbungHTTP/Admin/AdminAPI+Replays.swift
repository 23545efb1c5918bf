import HTTPTypes
import Hummingbird
import Logging
import LumbungCore
import LumbungKit

/// Replays of many events.
extension AdminAPI {
    @Sendable func beginReplay(_ request: Request, _ context: AdminContext) async throws -> Response {
        let body = try ReplayBody(try await Self.bytes(of: request))
        guard !body.isDryRun else {
            let events = try await told(unknownDestination: 400) { () async throws(OperationError) in
                try await inbox.countReplay(body.wish)
            }
            return Response(.object([("dry_run", .bool(true)), ("events", .number(Int64(events)))]))
        }
        let detail = try await make(
            AdminChange("replay", body.wish.asked, unknownDestination: 400), context
        ) { () async throws(OperationError) in try await inbox.beginReplay(body.wish) }
        var response = Response(JSONValue(detail))
        response.status = .accepted
        response.headers[.location] = "/api/v1/replays/\(detail.record.id.value)"
        return response
    }

    @Sendable func replays(_ request: Request, _ context: AdminContext) async throws -> Response {
        let all = try await told { () async throws(OperationError) in try await inbox.replays() }
        return Response(.object([("replays", .array(all.map(JSONValue.init)))]))
    }

    @Sendable func oneReplay(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try Self.replayID(context)
        return Response(
            JSONValue(try await told { () async throws(OperationError) in try await inbox.replay(id) }))
    }

    @Sendable func cancelReplay(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try Self.replayID(context)
        _ = try await Self.body(request, keys: [])
        let change = AdminChange("cancel", [("replay_id", .number(id.value))])
        let detail = try await make(change, context) {
            () async throws(OperationError) in try await inbox.cancelReplay(id)
        }
        return Response(JSONValue(detail))
    }

    private static func replayID(_ context: AdminContext) throws(Problem) -> ReplayID {
        guard let number = context.parameters.get("id").flatMap({ PositiveNumber.read($0) }) else {
            throw .badParameter("id", "must be a whole number from 1 on")
        }
        return ReplayID(number)
    }
}

extension JSONValue {
    init(_ detail: ReplayDetail) {
        let record = detail.record
        self = .object([
            ("id", .number(record.id.value)),
            ("status", .string(record.status.rawValue)),
            ("filter", JSONValue.filter(record.order.filter, destination: detail.filterDestination)),
            ("destination", .optional(detail.destination)),
            ("rate", .optional(record.order.rate?.description)),
            ("events", .number(Int64(record.events))),
            ("started", .number(Int64(record.started))),
            ("left", .number(Int64(record.left))),
            ("left_not_configured", .number(Int64(record.unconfigured))),
            ("waiting", .number(Int64(record.waiting))),
            ("waits_for", .array(detail.waitsFor.map(JSONValue.string))),
            ("looked_through", .number(record.position.value)),
            ("last_event", .number(record.through.value)),
            ("created_at", .time(record.createdAt)),
            ("ended_at", record.endedAt.map(JSONValue.time) ?? .null),
        ])
    }

    /// What was set of a filter.
    fileprivate static func filter(_ filter: EventFilter, destination: String?) -> JSONValue {
        let texts: [(key: String, value: String?)] = [
            ("status", filter.status?.rawValue), ("source", filter.source), ("type", filter.type),
            ("tenant", filter.tenant), ("uuid", filter.identity), ("destination", destination),
            ("from", filter.from?.iso8601),
            ("to", filter.to?.iso8601), ("q", filter.text.map { String(decoding: $0, as: UTF8.self) }),
        ]
        return .object(texts.compactMap { key, value in value.map { (key, .string($0)) } })
    }
}

extension ReplayWish {
    /// What is wanted, for the logs.
    fileprivate var asked: [(key: String, value: JSONValue)] {
        [
            ("filter", .filter(filter, destination: filterDestination)), ("to", .optional(destination)),
            ("rate", .optional(rate?.description)),
        ]
    }
}

extension ReplayDetail: AuditedResult {
    var audited: [(key: String, value: JSONValue)] { [("replay_id", .number(record.id.value))] }
}
