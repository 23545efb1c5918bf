import ArgumentParser
import LumbungServer

extension Events {
    /// `lumbung events replay`.
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deliver an event again, or every event that a filter means.",
            discussion: """
                With an ID, one event: without --to-destination and --reroute it goes where it has a delivery to already.

                Without one, every event that the filter means: of each, the deliveries that have ended, and only those \
                in the status of --status. They run when no live one is due. --dry-run counts them first; \
                `lumbung events replays` tells how far a replay came.
                """,
            version: LumbungVersion.text)

        @Argument(help: "The event's number: its queue_id.")
        var id: Int64?

        @OptionGroup(title: "Which events, without an ID") var filter: FilterFlags<EndedStatus>

        @Flag(help: "Every event there is.")
        var all = false

        @Option(
            name: .customLong("to-destination"),
            help: "Deliver to this destination only, whether an event went there before or not.")
        var target: String?

        @Flag(help: "Deliver the event where the routes of now send it; only with an ID.")
        var reroute = false

        @Option(help: "The most events to start in a second, minute or hour, such as 50/s; only without an ID.")
        var rate: String?

        @Flag(name: .customLong("dry-run"), help: "Only count the events; only without an ID.")
        var dryRun = false

        @OptionGroup var admin: AdminFlags

        func validate() throws {
            if let rate, let fault = EventArguments.fault(inRate: rate) { throw ValidationError(fault) }
            if let id {
                guard id > 0 else { throw ValidationError("ID must be a whole number from 1 on") }
                let others = filter.given.filter { $0.name != "destination" }
                guard others.isEmpty, !all, rate == nil, !dryRun else {
                    throw ValidationError("an ID names one event; a filter, --all, --rate and --dry-run are for many")
                }
                guard filter.destination == nil || target == nil else {
                    throw ValidationError("--destination and --to-destination mean the same for one event")
                }
                if reroute, (filter.destination ?? target) != nil {
                    let flag = target == nil ? "--destination" : "--to-destination"
                    throw ValidationError("\(flag) and --reroute exclude each other")
                }
            } else {
                guard !reroute else { throw ValidationError("--reroute is for one event; give its ID") }
                guard all != !filter.given.isEmpty else {
                    throw ValidationError(
                        all
                            ? "--all and a filter exclude each other"
                            : "say which: an ID, a filter such as --status dead, or --all")
                }
            }
        }

        func run() async throws {
            let command = EventsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in
                if let id {
                    return try await command.replay(
                        id, destination: filter.destination ?? target, isRerouted: reroute)
                }
                return try await command.replayMany(
                    filter.given, ReplayManner(destination: target, rate: rate, isDryRun: dryRun))
            }
        }
    }

    /// `lumbung events replays`.
    struct Replays: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell how far replays of many events came, or end one.", version: LumbungVersion.text)

        @Argument(help: "The replay's number; without it all that are kept are told.")
        var id: Int64?

        @Flag(help: "End the replay; what it has started already runs on.")
        var cancel = false

        @OptionGroup var admin: AdminFlags

        func validate() throws {
            if let id, id <= 0 { throw ValidationError("ID must be a whole number from 1 on") }
            guard !cancel || id != nil else { throw ValidationError("--cancel needs the replay's number") }
        }

        func run() async throws {
            let command = EventsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in
                guard let id else { return try await command.replays() }
                return try await command.replays(id, isEnded: cancel)
            }
        }
    }
}
