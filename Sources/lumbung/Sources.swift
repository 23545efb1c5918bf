import ArgumentParser
import LumbungServer

/// `lumbung sources`.
struct Sources: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the senders that are known, explain how a request is checked, and which secrets are in use.",
        version: LumbungVersion.text,
        subcommands: [List.self, Show.self, Verify.self, Secrets.self, Forget.self]
    )

    struct Secrets: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell how often each secret of a running server has proved a request, and when last.",
            discussion: "Each is told by its number in the config file and a fingerprint. One that nobody uses can go.",
            version: LumbungVersion.text)

        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let command = SecretsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.list() }
        }
    }

    struct Forget: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget the secret that a sender brought with its handshake; the next one that comes is taken.",
            version: LumbungVersion.text)

        @Argument(help: "The source's name in the config file.")
        var name: String

        @OptionGroup var admin: AdminFlags

        func validate() throws {
            guard !name.isEmpty else { throw ValidationError("NAME is empty") }
        }

        func run() async throws {
            let command = SecretsCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.forget(name) }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the presets: how each sender proves itself and what names its events.",
            version: LumbungVersion.text)

        @Flag(help: "Print JSON for programs.")
        var json = false

        @Flag(help: "Print the page docs/sources.md.")
        var markdown = false

        func run() throws {
            let command = SourcesCommand()
            try Terminal.say(whole: markdown ? command.markdown() : json ? try command.json() : command.table())
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a preset as it is written.", version: LumbungVersion.text)

        @Argument(help: "The preset's name, such as stripe.")
        var name: String

        @Flag(help: "Print JSON for programs.")
        var json = false

        func run() async throws {
            let command = SourcesCommand()
            let text = try await reporting { () async throws(ServerFailure) in
                json ? try command.json(name) : try command.show(name)
            }
            try Terminal.say(whole: text)
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Explain step by step how a request to a source is checked; secrets are masked.",
            version: LumbungVersion.text)

        @Argument(help: "The source's name in the config file.")
        var name: String

        @Option(help: "A file with the request's headers, one `Name: value` a line.")
        var headers: String

        @Option(help: "A file with the request's body, byte for byte.")
        var body: String

        @Option(help: "The path and query that were called; without it the source's path.")
        var target: String?

        @Option(help: "When it arrived, such as 2026-11-25T08:00:00.000Z; without it now.")
        var at: String?

        @OptionGroup var settings: IngestFlags

        func run() async throws {
            let loaded = try settings.load()
            let options = VerifyCommand.Options(
                source: name, headersFile: headers, bodyFile: body, target: target, receivedAt: at)
            let command = VerifyCommand(options, inbox: loaded.inbox)
            try await answering { () async throws(ServerFailure) in try command.run() }
        }
    }
}
