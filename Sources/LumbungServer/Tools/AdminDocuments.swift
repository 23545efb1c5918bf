#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the admin API answers (docs/api.md), as far as the commands show it to a person.
struct EventPageDocument: Decodable {
    struct Event: Decodable {
        let queueId: Int64
        let uuid: String
        let source: String
        let type: String
        let status: String
        let attempts: Int
        let createdAt: String
    }

    let events: [Event]
    let nextCursor: String?

    func table() -> String {
        let rows = events.map { event in
            [
                String(event.queueId), event.status, event.source, event.type.isEmpty ? "-" : event.type,
                String(event.attempts), event.createdAt, event.uuid,
            ]
        }
        let table = TextTable(["ID", "STATUS", "SOURCE", "TYPE", "ATTEMPTS", "RECEIVED", "UUID"], rows).rendered()
        guard let nextCursor else { return table }
        return table + "There are more: --cursor \(DisplayText.escaped(nextCursor))\n"
    }
}

/// One event.
struct EventDocument: Decodable {
    struct Delivery: Decodable {
        let destination: String
        let status: String
        let attempts: Int
        let dueAt: String?
        let waitsFor: Int64?
        let lastError: String
        let interruptions: Int
        let history: [Attempt]
    }

    struct Attempt: Decodable {
        let number: Int
        let outcome: String
        let statusCode: Int?
        let startedAt: String
        let durationMs: Int64
        let detail: String
        let response: String
        let responseEncoding: String
    }

    struct Conflict: Decodable {
        let receivedAt: String
        let count: Int
        let payload: String
        let payloadEncoding: String
    }

    let queueId: Int64
    let uuid: String
    let source: String
    let type: String
    let tenant: String?
    let status: String
    let occurredAt: String?
    let provenAs: String?
    let createdAt: String
    let updatedAt: String
    let unrouted: Bool
    let duplicates: Int
    let payload: String
    let payloadEncoding: String
    let deliveries: [Delivery]
    let conflicts: [Conflict]

    /// Everything for a person: what it is, its payload, its deliveries, its attempts, its conflicts.
    func text() -> String {
        var parts = [
            TextTable(
                ["EVENT", String(queueId)],
                [
                    ["uuid", uuid], ["source", source], ["type", type.isEmpty ? "-" : type],
                    ["tenant", tenant.map { $0.isEmpty ? "-" : $0 } ?? "-"], ["status", status],
                    ["occurred", occurredAt ?? "-"], ["received", createdAt], ["changed", updatedAt],
                    ["proven as", provenAs ?? "-"], ["duplicates", String(duplicates)],
                    ["unrouted", unrouted ? "yes" : "no"],
                ]
            ).rendered(),
            "PAYLOAD\n" + ShownContent.text(payload, payloadEncoding),
        ]
        if !deliveries.isEmpty { parts.append(deliveryTable + interruptionLines) }
        let attempts = deliveries.flatMap { delivery in delivery.history.map { (delivery.destination, $0) } }
        if !attempts.isEmpty { parts.append(Self.table(of: attempts)) }
        for (destination, attempt) in attempts where !attempt.response.isEmpty {
            parts.append(
                DisplayText.escaped("ANSWER of \(destination) to attempt \(attempt.number)") + "\n"
                    + ShownContent.text(attempt.response, attempt.responseEncoding))
        }
        for conflict in conflicts {
            parts.append(
                DisplayText.escaped("CONFLICT, first at \(conflict.receivedAt), came \(conflict.count) time(s)") + "\n"
                    + ShownContent.text(conflict.payload, conflict.payloadEncoding))
        }
        return parts.joined(separator: "\n")
    }

    private var deliveryTable: String {
        TextTable(
            ["DESTINATION", "STATUS", "ATTEMPTS", "DUE", "LAST ERROR"],
            deliveries.map {
                [
                    $0.destination, $0.status, String($0.attempts),
                    $0.dueAt ?? $0.waitsFor.map { "after event \($0)" } ?? "-",
                    $0.lastError.isEmpty ? "-" : $0.lastError,
                ]
            }
        ).rendered()
    }

    /// Nobody was left to write such an attempt down, so that it is in no table.
    private var interruptionLines: String {
        deliveries.filter { $0.interruptions > 0 }.map { delivery in
            let ended = delivery.interruptions == 1 ? "1 attempt" : "\(delivery.interruptions) attempts"
            return DisplayText.escaped("\(delivery.destination): \(ended) ended with the process, without an answer")
                + "\n"
        }.joined()
    }

    private static func table(of attempts: [(destination: String, attempt: Attempt)]) -> String {
        TextTable(
            ["DESTINATION", "ATTEMPT", "OUTCOME", "CODE", "STARTED", "MS", "DETAIL"],
            attempts.map { destination, attempt in
                [
                    destination, String(attempt.number), attempt.outcome, attempt.statusCode.map(String.init) ?? "-",
                    attempt.startedAt, String(attempt.durationMs), attempt.detail.isEmpty ? "-" : attempt.detail,
                ]
            }
        ).rendered()
    }
}

/// What became of an event's deliveries.
struct OperationDocument: Decodable {
    struct Left: Decodable {
        let destination: String
        let status: String
    }

    let queueId: Int64
    let started: [String]?
    let cancelled: [String]?
    let left: [Left]

    func text(_ verb: String) -> String {
        let changed = (started ?? []) + (cancelled ?? [])
        let lines =
            ["event \(queueId): \(verb) \(changed.joined(separator: ", "))"]
            + left.map { "event \(queueId): left \($0.destination) as it is: \($0.status)" }
        return lines.map { DisplayText.escaped($0) + "\n" }.joined()
    }
}

/// One destination as the admin API tells it.
struct DestinationStateDocument: Decodable {
    let name: String
    let configured: Bool
    let paused: Bool
    let pausedBy: String?
    let pausedByOperator: Bool?
    let open: Int
    let held: Int
    let inFlight: Int
    let breaker: String?
    let askedForPause: Bool?
    let opensInMs: Int64?

    /// In a word or two: who has to do something, if anybody.
    var state: String {
        let paused = pausedBy.map { "paused (\($0)\(isPausedByBoth ? ", operator" : ""))" }
        guard configured else { return ["not configured", paused].compactMap { $0 }.joined(separator: ", ") }
        if let paused { return paused }
        if askedForPause == true { return "held (asked for a pause)" }
        return breaker.flatMap { $0 == "closed" ? nil : "resting (\($0))" } ?? "running"
    }

    /// Whether the config file pauses it, and an operator as well.
    var isPausedByBoth: Bool { pausedBy == "config" && pausedByOperator == true }
}

/// Every destination.
struct DestinationListDocument: Decodable {
    let destinations: [DestinationStateDocument]

    func table() -> String {
        TextTable(
            ["NAME", "STATE", "OPEN", "HELD", "IN FLIGHT", "OPENS IN"],
            destinations.map {
                [
                    $0.name, $0.state, String($0.open), String($0.held), String($0.inFlight),
                    $0.opensInMs.map(WaitText.rounded(milliseconds:)) ?? "-",
                ]
            }
        ).rendered()
    }
}

/// How a test went.
struct DestinationTestDocument: Decodable {
    let destination: String
    let uuid: String
    let outcome: String
    let statusCode: Int?
    let durationMs: Int64
    let detail: String
    let response: String
    let responseEncoding: String

    private var hasArrived: Bool { outcome == "delivered" }

    func text() -> String {
        let table = TextTable(
            ["DESTINATION", "OUTCOME", "CODE", "MS", "UUID"],
            [[destination, outcome, statusCode.map(String.init) ?? "-", String(durationMs), uuid]]
        ).rendered()
        return response.isEmpty ? table : table + "\nRESPONSE\n" + ShownContent.text(response, responseEncoding)
    }

    /// Why the destination counts as not reached; nil when it took the sample.
    var failure: ServerFailure? {
        guard !hasArrived else { return nil }
        let reason = detail.isEmpty ? outcome : detail
        return ServerFailure(DisplayText.escaped("\(destination) did not take the sample: \(reason)"))
    }
}

/// A payload or a response on a terminal.
enum ShownContent {
    /// How much of it is shown.
    static let maxCharacters = 16_384

    /// The text with its lines, everything else escaped; base64 as it is, with a word about it; ends with a line end.
    static func text(_ content: String, _ encoding: String) -> String {
        let cut = content.prefix(maxCharacters)
        let lines = cut.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { DisplayText.escaped(String($0)) }
        let remark = cut.endIndex == content.endIndex ? "" : "(cut here; --json shows all of it)\n"
        let head = encoding == "base64" ? "(base64)\n" : ""
        return head + lines.joined(separator: "\n") + "\n" + remark
    }
}
