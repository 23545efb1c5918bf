/// A bulk replay as the admin API tells it (docs/api.md).
struct ReplayDocument: Decodable {
    let id: Int64
    let status: String
    let filter: [String: String]
    let destination: String?
    let rate: String?
    let events: Int
    let started: Int
    let left: Int
    let leftNotConfigured: Int
    let waiting: Int
    let waitsFor: [String]
    let lookedThrough: Int64
    let lastEvent: Int64
    let createdAt: String

    /// Up to which event it has looked.
    ///
    /// Numbers and no share: how much of what is meant lies before one, nobody knows.
    private var place: String {
        guard lastEvent > 0, status == "running" else { return "-" }
        return "\(lookedThrough) of \(lastEvent)"
    }

    private var leaving: String {
        leftNotConfigured == 0 ? String(left) : "\(left) (\(leftNotConfigured) not configured)"
    }

    private var holder: String { waitsFor.isEmpty ? "-" : waitsFor.joined(separator: " ") }

    private var meant: String {
        let parts = filter.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return parts.isEmpty ? "all" : parts.joined(separator: " ")
    }

    /// One row a replay.
    static func table(_ replays: [ReplayDocument]) -> String {
        TextTable(
            [
                "ID", "STATUS", "AT EVENT", "EVENTS", "STARTED", "WAITING", "WAITS FOR", "LEFT", "RATE", "TO", "BEGUN",
                "WHICH",
            ],
            replays.map { replay in
                [
                    String(replay.id), replay.status, replay.place, String(replay.events), String(replay.started),
                    String(replay.waiting), replay.holder, replay.leaving, replay.rate ?? "-",
                    replay.destination ?? "-",
                    replay.createdAt, replay.meant,
                ]
            }
        ).rendered()
    }
}

/// The kept replays.
struct ReplayListDocument: Decodable {
    let replays: [ReplayDocument]
}

/// What a dry run tells.
struct ReplayCountDocument: Decodable {
    let events: Int
}
