import HTTPTypes
import Hummingbird
import Logging
import LumbungCore
import LumbungKit

/// What came of a change, as far as the log and the audit log tell it.
protocol AuditedResult: Sendable {
    /// What came of it; nothing when it is what was asked for.
    var audited: [(key: String, value: JSONValue)] { get }
}

/// Something was done, and there is no more to tell.
struct Done: AuditedResult {
    var audited: [(key: String, value: JSONValue)] { [] }
}

/// A change that an operator asks for, as the log and the audit log tell it.
struct AdminChange: Sendable {
    /// What, in one word.
    let action: String
    /// What was asked for.
    let asked: [(key: String, value: JSONValue)]
    /// The status for a destination that nobody knows: 404 where the path names it, else 400.
    var unknownDestination = 404

    init(_ action: String, _ asked: [(key: String, value: JSONValue)], unknownDestination: Int = 404) {
        self.action = action
        self.asked = asked.filter { if case .null = $0.value { false } else { true } }
        self.unknownDestination = unknownDestination
    }
}

extension AdminAPI {
    /// Makes a change that is in the audit log before it is made, and tells the log what came of it.
    /// - Parameters:
    ///   - change: What is asked for.
    ///   - context: Who asks.
    ///   - body: Makes it.
    /// - Throws: ``Problem``; when it cannot be written down, nothing is changed.
    func make<Value: AuditedResult>(
        _ change: AdminChange, _ context: AdminContext, _ body: () async throws(OperationError) -> Value
    ) async throws(Problem) -> Value {
        let detail = String(decoding: JSONValue.object(change.asked).bytes, as: UTF8.self)
        let id = try await told { () async throws(OperationError) in
            try await inbox.begin(change.action, by: context.actor, from: context.remoteAddress, detail: detail)
        }
        do throws(Problem) {
            let value = try await told(unknownDestination: change.unknownDestination, body)
            let result = value.audited
            await end(
                id, result.isEmpty ? "done" : "done: " + String(decoding: JSONValue.object(result).bytes, as: UTF8.self)
            )
            note(change, context, result)
            return value
        } catch {
            await end(id, "refused: \(error.detail)")
            throw error
        }
    }

    /// The change is made or refused by now; that its end could not be written down undoes nothing.
    private func end(_ id: AuditID, _ outcome: String) async {
        do throws(OperationError) {
            try await inbox.end(id, outcome: outcome)
        } catch {
            logger.warning(
                "the audit log does not tell how a change ended",
                metadata: ["audit_id": "\(id.value)", "outcome": "\(outcome)"])
        }
    }

    private func note(_ change: AdminChange, _ context: AdminContext, _ result: [(key: String, value: JSONValue)]) {
        var metadata: Logger.Metadata = [
            "change": "\(change.action)", "by": "\(context.remoteAddress)", "actor": "\(context.actor)",
        ]
        for (key, value) in change.asked + result { metadata[key] = "\(value.plain)" }
        logger.notice("done for an operator", metadata: metadata)
    }
}

extension JSONValue {
    /// The value for a log line: a text without quotes, several with commas between them.
    fileprivate var plain: String {
        switch self {
        case .string(let text): text
        case .array(let values): values.map(\.plain).joined(separator: ", ")
        default: String(decoding: bytes, as: UTF8.self)
        }
    }
}

/// What the audit log and the list of rejections tell.
extension AdminAPI {
    @Sendable func audit(_ request: Request, _ context: AdminContext) async throws -> Response {
        let page = try PageRequest(request.uri.query, longest: AuditEntry.longestPage)
        let found = try await told { () async throws(OperationError) in
            try await inbox.audit(before: page.cursor.map(AuditID.init), limit: page.limit)
        }
        return Response(
            .object([
                ("entries", .array(found.entries.map(JSONValue.init))),
                ("next_cursor", .optional(found.next.map { String($0.value) })),
            ]))
    }

    @Sendable func rejections(_ request: Request, _ context: AdminContext) async throws -> Response {
        let page = try PageRequest(request.uri.query, longest: 200, known: ["limit"])
        let found = try await told { () async throws(OperationError) in try await inbox.rejections(limit: page.limit) }
        return Response(.object([("rejections", .array(found.map(JSONValue.init)))]))
    }
}

extension JSONValue {
    init(_ entry: AuditEntry) {
        self = .object([
            ("id", .number(entry.id.value)),
            ("at", .time(entry.change.at)),
            ("actor", .string(entry.change.actor)),
            ("address", .string(entry.change.address)),
            ("action", .string(entry.change.action)),
            ("detail", .headers(entry.change.detail)),
            ("outcome", .optional(entry.outcome.isEmpty ? nil : entry.outcome)),
        ])
    }

    init(_ rejection: Rejection) {
        self = .object(
            [
                ("source", .string(rejection.source)),
                ("rejected_at", .time(rejection.rejectedAt)),
                ("status", .number(Int64(rejection.status))),
                ("reason", .string(rejection.reason)),
                ("headers", .headers(rejection.headers)),
            ] + .content("body", rejection.bodyPrefix))
    }
}
