import ArgumentParser
import LumbungServer

/// `lumbung events`.
struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List, show, replay and cancel events of a running server.",
        version: LumbungVersion.text,
        subcommands: [List.self, Show.self, Replay.self, Replays.self, Cancel.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List events, newest first.", version: LumbungVersion.text)

        @OptionGroup var filter: FilterFlags<AnyStatus>

        @OptionGroup var page: PageFlags
        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let parameters = filter.given + page.given
            let command = EventsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.list(parameters) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an event with its payload, deliveries and attempts.", version: LumbungVersion.text)

        @OptionGroup var event: EventArgument
        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let command = EventsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.show(event.id) }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End deliveries of an event that wait; a running attempt is left alone.",
            version: LumbungVersion.text)

        @OptionGroup var event: EventArgument

        @Option(help: "Only the delivery to this destination.")
        var destination: String?

        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let command = EventsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in
                try await command.cancel(event.id, destination: destination)
            }
        }
    }
}

/// The event that a command is about.
struct EventArgument: ParsableArguments {
    @Argument(help: "The event's number: its queue_id.")
    var id: Int64

    func validate() throws {
        guard id > 0 else { throw ValidationError("ID must be a whole number from 1 on") }
    }
}

/// Runs a command's work, tells its answer, and ends with the exit code of what went wrong.
func answering(_ work: () async throws(ServerFailure) -> CommandAnswer) async throws {
    let answer = try await reporting(work)
    try Terminal.say(whole: answer.text)
    if let failure = answer.failure {
        Terminal.complain(failure.description)
        throw ExitCode(failure.exitCode)
    }
}
