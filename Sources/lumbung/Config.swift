import ArgumentParser
import LumbungServer

/// `lumbung config`.
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check or show the configuration.",
        version: LumbungVersion.text,
        subcommands: [Check.self, Print.self]
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Validate settings and config file; every problem with file, line and column.",
            version: LumbungVersion.text
        )

        @Argument(help: "The config file; without it the one `serve` would read.")
        var file: String?

        @OptionGroup var settings: SettingFlags

        func run() async throws {
            let check = ConfigCheck.run(settings.input, file: file)
            // What is wrong counts more than whether anybody could read it.
            if !check.isValid {
                try? Terminal.say(whole: check.rendered)
                throw ExitCode(78)
            }
            try Terminal.say(whole: check.rendered)
        }
    }

    struct Print: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the settings in force, secrets masked, and where each came from.",
            version: LumbungVersion.text
        )

        @Flag(help: "Print JSON for programs.")
        var json = false

        @OptionGroup var settings: SettingFlags

        func run() async throws {
            let text = ConfigPrint(try settings.load())
            try Terminal.say(whole: json ? text.json() : text.table())
        }
    }
}
