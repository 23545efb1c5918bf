/// A page of the quarantine as the admin API tells it (docs/api.md).
struct QuarantinePageDocument: Decodable {
    struct Item: Decodable {
        let id: Int64
        let source: String
        let receivedAt: String
        let expiresAt: String
        let address: String?
        let step: String
        let reason: String
        let bodyBytes: Int
    }

    let requests: [Item]
    let nextCursor: String?

    /// One row a request, and how to go on.
    func table() -> String {
        guard !requests.isEmpty else { return "The quarantine is empty.\n" }
        let table = TextTable(
            ["ID", "SOURCE", "RECEIVED", "EXPIRES", "FROM", "BYTES", "WHY"],
            requests.map {
                [
                    String($0.id), $0.source, $0.receivedAt, $0.expiresAt, $0.address ?? "-", String($0.bodyBytes),
                    $0.reason,
                ]
            }
        ).rendered()
        return table + (nextCursor.map { "There are more: --cursor \(DisplayText.escaped($0))\n" } ?? "")
    }
}

/// One request of the quarantine as the admin API tells it.
struct QuarantinedDocument: Decodable {
    let id: Int64
    let source: String
    let receivedAt: String
    let expiresAt: String
    let address: String?
    let step: String
    let reason: String
    let path: String
    let headers: [String: String]
    let body: String
    let bodyEncoding: String

    /// Everything for a person.
    func text() -> String {
        [
            TextTable(
                ["REQUEST", String(id)],
                [
                    ["source", source], ["path", path], ["received", receivedAt], ["expires", expiresAt],
                    ["from", address ?? "-"], ["failed", step], ["why", reason],
                ]
            ).rendered(),
            TextTable(["HEADER", "VALUE"], headers.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }).rendered(),
            "BODY\n" + ShownContent.text(body, bodyEncoding),
        ].joined(separator: "\n")
    }
}

/// What came of checking requests again.
struct ReverifyDocument: Decodable {
    struct Failure: Decodable {
        let id: Int64
        let reason: String
    }

    let dryRun: Bool
    let checked: Int
    let passed: Int
    let failed: Int
    let stoppedBy: String?
    let queued: Int
    let duplicates: Int
    let conflicts: Int
    let revived: Int
    let failures: [Failure]

    /// A sentence, and a table of those that still fail.
    func text() -> String {
        var text = "\(checked) request(s) checked: \(passed) passed, \(failed) failed\n"
        if dryRun {
            text += "nothing was released; without --dry-run those that pass are\n"
        } else if passed > 0 {
            text +=
                "released events: \(queued) queued, \(revived) revived, \(duplicates) duplicates, \(conflicts) conflicts\n"
        }
        if !failures.isEmpty {
            text += "\n" + TextTable(["ID", "STILL FAILS"], failures.map { [String($0.id), $0.reason] }).rendered()
        }
        if failures.count < failed { text += "and \(failed - failures.count) more\n" }
        return text
    }
}

/// What was removed.
struct DiscardDocument: Decodable {
    let discarded: Int
}
