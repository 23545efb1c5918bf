import ArgumentParser
import LumbungServer

/// `lumbung db`.
struct Database: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Schema, integrity, backup and retention of the database.",
        version: LumbungVersion.text,
        subcommands: [Migrate.self, Check.self, Backup.self, Prune.self]
    )

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the schema up to date; the server must be stopped (it does so by itself at its start).",
            version: LumbungVersion.text
        )

        @OptionGroup var settings: SettingFlags

        func run() async throws {
            let command = DatabaseCommand(settings: try settings.load().settings)
            try Terminal.say(try await reporting { () async throws(ServerFailure) in try command.migrate() })
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read the whole file and check structure and books; may run beside a server.",
            version: LumbungVersion.text
        )

        @OptionGroup var settings: SettingFlags

        func run() async throws {
            let command = DatabaseCommand(settings: try settings.load().settings)
            try Terminal.say(try await reporting { () async throws(ServerFailure) in try command.check() })
        }
    }

    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a whole, consistent copy to a new file; may run beside a server.",
            version: LumbungVersion.text
        )

        @Argument(help: "The new file.")
        var file: String

        @OptionGroup var settings: SettingFlags

        func run() async throws {
            let command = DatabaseCommand(settings: try settings.load().settings)
            try Terminal.say(try await reporting { () async throws(ServerFailure) in try command.backup(to: file) })
        }
    }

    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Remove events past their retention now; the server must be stopped (running, it does so every hour).",
            version: LumbungVersion.text
        )

        @OptionGroup var settings: SettingFlags

        func run() async throws {
            let command = DatabaseCommand(settings: try settings.load().settings)
            try Terminal.say(try await reporting { () async throws(ServerFailure) in try await command.prune() })
        }
    }
}
