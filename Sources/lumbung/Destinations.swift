import ArgumentParser
import LumbungServer

/// `lumbung destinations`.
struct Destinations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List, pause, resume and test the destinations of a running server.",
        version: LumbungVersion.text,
        subcommands: [List.self, Pause.self, Resume.self, Test.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List destinations, what waits for them and how they stand.", version: LumbungVersion.text)

        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let command = DestinationsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.list() }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold a destination's events back, also over restarts, until it is resumed.",
            version: LumbungVersion.text)

        @OptionGroup var destination: DestinationArgument
        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let command = DestinationsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.pause(destination.name) }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a destination's events go on.", version: LumbungVersion.text)

        @OptionGroup var destination: DestinationArgument
        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let command = DestinationsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.resume(destination.name) }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a sample to a destination and tell how it went; nothing is stored.",
            version: LumbungVersion.text)

        @OptionGroup var destination: DestinationArgument
        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let command = DestinationsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.test(destination.name) }
        }
    }
}

/// The destination that a command is about.
struct DestinationArgument: ParsableArguments {
    @Argument(help: "The destination's name.")
    var name: String

    func validate() throws {
        guard !name.isEmpty else { throw ValidationError("NAME is empty") }
    }
}
