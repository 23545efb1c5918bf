import HTTPTypes
import Hummingbird
import Logging
import LumbungCore
import LumbungKit
import NIOCore

/// The admin API (CONTRACT 6): what an operator may ask and do, over HTTP.
struct AdminAPI: Sendable {
    let inbox: InboxOperator
    /// Is told about every change, with who made it.
    let logger: Logger

    // MARK: Events

    @Sendable func events(_ request: Request, _ context: AdminContext) async throws -> Response {
        let list = try EventListRequest(request.uri.query)
        return Response(
            JSONValue(
                try await told(unknownDestination: 400) { () async throws(OperationError) in
                    try await inbox.events(list.query, destination: list.destination)
                }))
    }

    @Sendable func event(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try Self.queueID(context)
        return Response(
            JSONValue(try await told { () async throws(OperationError) in try await inbox.event(id) }))
    }

    /// The bytes as received; whatever type the sender claimed, a browser runs nothing of it.
    @Sendable func payload(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try Self.queueID(context)
        let event = try await told { () async throws(OperationError) in try await inbox.payload(of: id) }
        let received = event.keptHeader("content-type").flatMap { HTTPField.isValidValue($0) && !$0.isEmpty ? $0 : nil }
        let likely = JSONScanner.looksLikeJSON(event.payload) ? "application/json" : "application/octet-stream"
        return Response(sandboxed: event.payload, contentType: received ?? likely)
    }

    @Sendable func replay(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try Self.queueID(context)
        let body = try await Self.body(request, keys: ["destination", "reroute"])
        let target =
            body.isRerouted ? ReplayTarget.routes : body.destination.map(ReplayTarget.destination) ?? .ownDeliveries
        let asked: [(key: String, value: JSONValue)] = [
            ("queue_id", .number(id.value)), ("to", .optional(body.destination)),
            ("reroute", body.isRerouted ? .bool(true) : .null),
        ]
        let result = try await make(
            AdminChange("replay", asked, unknownDestination: 400), context
        ) { () async throws(OperationError) in try await inbox.replay(id, to: target) }
        return Response(JSONValue(result, event: id, verb: "started"))
    }

    @Sendable func cancel(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try Self.queueID(context)
        let body = try await Self.body(request, keys: ["destination"])
        let asked: [(key: String, value: JSONValue)] = [
            ("queue_id", .number(id.value)), ("to", .optional(body.destination)),
        ]
        let result = try await make(
            AdminChange("cancel", asked, unknownDestination: 400), context
        ) { () async throws(OperationError) in try await inbox.cancel(id, destination: body.destination) }
        return Response(JSONValue(result, event: id, verb: "cancelled"))
    }

    // MARK: Destinations

    @Sendable func destinations(_ request: Request, _ context: AdminContext) async throws -> Response {
        let all = try await told { () async throws(OperationError) in try await inbox.destinations() }
        return Response(.object([("destinations", .array(all.map(JSONValue.init)))]))
    }

    @Sendable func pause(_ request: Request, _ context: AdminContext) async throws -> Response {
        let name = try await Self.name(request, context)
        let detail = try await make(.of("pause", name), context) {
            () async throws(OperationError) in try await inbox.pause(name)
        }
        return Response(JSONValue(detail))
    }

    @Sendable func resume(_ request: Request, _ context: AdminContext) async throws -> Response {
        let name = try await Self.name(request, context)
        let detail = try await make(.of("resume", name), context) {
            () async throws(OperationError) in try await inbox.resume(name)
        }
        return Response(JSONValue(detail))
    }

    @Sendable func test(_ request: Request, _ context: AdminContext) async throws -> Response {
        let name = try await Self.name(request, context)
        let test = try await make(.of("test", name), context) {
            () async throws(OperationError) in try await inbox.test(name)
        }
        return Response(JSONValue(test))
    }

    // MARK: Parts of a request

    private static func queueID(_ context: AdminContext) throws(Problem) -> EventID {
        guard let number = context.parameters.get("queue_id").flatMap({ PositiveNumber.read($0) }) else {
            throw .badParameter("queue_id", "must be a whole number from 1 on")
        }
        return EventID(number)
    }

    /// The name in the path of a request whose body says nothing.
    static func name(_ request: Request, _ context: AdminContext) async throws -> String {
        _ = try await body(request, keys: [])
        guard let name = QueryText.decoded(Substring(context.parameters.get("name") ?? "").utf8) else {
            throw Problem.badParameter("name", "is not percent-encoded UTF-8")
        }
        return name
    }

    static func body(_ request: Request, keys: [String]) async throws -> OperationBody {
        try OperationBody(try await bytes(of: request), keys: keys)
    }

    static func bytes(of request: Request) async throws -> [UInt8] {
        do {
            return Array(try await request.body.collect(upTo: OperationBody.maxBytes).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limitBytes: OperationBody.maxBytes)
        }
    }

    /// Asks the operator, and tells its errors as problems.
    func told<Value: Sendable>(
        unknownDestination: Int = 404, _ body: () async throws(OperationError) -> Value
    ) async throws(Problem) -> Value {
        do throws(OperationError) {
            return try await body()
        } catch {
            throw Problem(error, unknownDestination: unknownDestination)
        }
    }
}

extension AdminChange {
    /// A change of one destination.
    static func of(_ action: String, _ destination: String) -> AdminChange {
        AdminChange(action, [("destination", .string(destination))])
    }
}

extension OperationResult: AuditedResult {
    var audited: [(key: String, value: JSONValue)] { [("destination", .array(changed.map(JSONValue.string)))] }
}

extension DestinationDetail: AuditedResult {
    var audited: [(key: String, value: JSONValue)] { [] }
}

extension DestinationTest: AuditedResult {
    var audited: [(key: String, value: JSONValue)] { [("outcome", .string(outcome.kind.rawValue))] }
}
