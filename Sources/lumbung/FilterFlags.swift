import ArgumentParser
import LumbungServer

/// Which events a command is about, as `GET /api/v1/events` takes it.
struct FilterFlags: ParsableArguments {
    @Option(help: "Only in this status: pending, processing, retrying, completed, dead or cancelled.")
    var status: StatusName?

    @Option(help: "Only of this source.")
    var source: String?

    @Option(help: "Only of exactly this type.")
    var type: String?

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
            ("status", status?.rawValue), ("source", source), ("type", type), ("uuid", uuid),
            ("destination", destination), ("from", from), ("to", to), ("q", text),
        ]
        return all.compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}

/// A status as it is typed.
enum StatusName: String, ExpressibleByArgument, CaseIterable {
    case pending, processing, retrying, completed, dead, cancelled
}
