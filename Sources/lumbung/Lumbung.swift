import ArgumentParser
import LumbungServer

/// The command line: parses, calls, prints.
@main
struct Lumbung: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lumbung",
        abstract: "A durable webhook inbox: commits every webhook to disk before it answers.",
        discussion: """
            Without a subcommand it serves. With no configuration at all there is one source, `accurate` \
            (POST /webhook/accurate on port 9000), and one destination, `log`.

            Exit codes: 0 success, 1 what was asked for failed, 64 usage, 69 server not reachable, 78 bad configuration.
            """,
        version: LumbungVersion.text,
        subcommands: [
            Serve.self, Send.self, Events.self, Destinations.self, Sources.self, Quarantine.self, Config.self,
            Database.self,
        ],
        defaultSubcommand: Serve.self
    )
}

/// `lumbung serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run ingest, workers and health until SIGTERM or SIGINT; a second one ends at once, SIGHUP reloads.",
        version: LumbungVersion.text
    )

    @OptionGroup var settings: SettingFlags

    func run() async throws {
        let loaded = try settings.load()
        try await reporting { () async throws(ServerFailure) in try await Server(loaded).run() }
    }
}

/// Runs a command's work and turns its failure into a line and an exit code.
func reporting<Value>(_ work: () async throws(ServerFailure) -> Value) async throws -> Value {
    do throws(ServerFailure) {
        return try await work()
    } catch {
        Terminal.complain(error.description)
        throw ExitCode(error.exitCode)
    }
}
