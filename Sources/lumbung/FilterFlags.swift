import ArgumentParser
import LumbungServer

/// Which events a command is about, as `GET /api/v1/events` takes it.
struct FilterFlags<Status: StatusChoice>: ParsableArguments {
    @Option(help: "\(Status.help)")
    var status: Status?

    @Option(help: "Only of this source.")
    var source: String?

    @Option(help: "Only of exactly this type.")
    var type: String?

    @Option(help: "Only of exactly this tenant: the account, shop or company that the sender names.")
    var tenant: String?

    @Option(help: "Only with exactly this uuid.")
    var uuid: String?

    @Option(help: "Only with a delivery to this destination.")
    var destination: String?

    @Option(help: "Only received at this time or later, such as 2026-11-22 or 2026-11-22T21:15:00+07:00.")
    var from: String?

    @Option(help: "Only received before this time.")
    var to: String?

    @Option(name: .customLong("q"), help: "Only with this text in the payload, at most 128 bytes.")
    var text: String?

    /// What was given, by the names of the API.
    var given: [(name: String, value: String)] {
        let all: [(String, String?)] = [
            ("status", status?.rawValue), ("source", source), ("type", type), ("tenant", tenant),
            ("uuid", uuid), ("destination", destination), ("from", from), ("to", to), ("q", text),
        ]
        return all.compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}

/// The statuses that a command takes, as they are typed.
protocol StatusChoice: ExpressibleByArgument, CaseIterable, RawRepresentable, Sendable where RawValue == String {
    /// What the flag says of them.
    static var help: String { get }
}

/// Any status.
enum AnyStatus: String, StatusChoice {
    case pending, processing, retrying, completed, dead, cancelled

    static let help = "Only in this status: pending, processing, retrying, completed, dead or cancelled."
}

/// A status of what has ended, and so can be started again.
enum EndedStatus: String, StatusChoice {
    case completed, dead, cancelled

    static let help =
        "Only in this status: completed, dead or cancelled; with --destination, the delivery there. "
        + "What waits or runs is not replayed."
}
