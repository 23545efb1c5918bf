import ArgumentParser
import LumbungServer

/// `lumbung quarantine`.
struct Quarantine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List, show, check again and discard requests that did not prove who sent them.",
        discussion: """
            A source with `on_failed_check: quarantine` keeps such requests. When its secret is mended, \
            `lumbung quarantine reverify --source NAME` brings the good ones into the inbox, with the time at which \
            they came.
            """,
        version: LumbungVersion.text,
        subcommands: [List.self, Show.self, Reverify.self, Discard.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List requests in quarantine, newest first.", version: LumbungVersion.text)

        @Option(help: "Only those of this source.")
        var source: String?

        @OptionGroup var page: PageFlags
        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let parameters = (source.map { [(name: "source", value: $0)] } ?? []) + page.given
            let command = QuarantineCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.list(parameters) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a request in quarantine: why it is there, its headers without secrets, its body.",
            version: LumbungVersion.text)

        @Argument(help: "The request's number.")
        var id: Int64

        @OptionGroup var admin: AdminFlags

        func validate() throws { try QuarantineChoice.check(id) }

        func run() async throws {
            let command = QuarantineCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.show(id) }
        }
    }

    struct Reverify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check requests again, as of the time when they came, and queue the events of those that pass.",
            version: LumbungVersion.text)

        @OptionGroup var choice: QuarantineChoice

        @Flag(name: .customLong("dry-run"), help: "Only check; nothing is released.")
        var dryRun = false

        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let command = QuarantineCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in
                try await command.reverify(choice.chosen, isDryRun: dryRun)
            }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove requests from quarantine for good.", version: LumbungVersion.text)

        @OptionGroup var choice: QuarantineChoice
        @OptionGroup var admin: AdminFlags

        func run() async throws {
            let command = QuarantineCommand(try admin.access(), isJSON: admin.json)
            try await answering { () async throws(ServerFailure) in try await command.discard(choice.chosen) }
        }
    }
}

/// Which requests in quarantine a command is about: one, those of a source, or all.
struct QuarantineChoice: ParsableArguments {
    @Argument(help: "The request's number.")
    var id: Int64?

    @Option(help: "Every request of this source.")
    var source: String?

    @Flag(help: "Every request there is.")
    var all = false

    /// What was said, which ``validate()`` has checked.
    var chosen: QuarantineCommand.Choice {
        if let id { return .one(id) }
        if let source { return .source(source) }
        return .all
    }

    func validate() throws {
        if let id { try Self.check(id) }
        guard [id != nil, source != nil, all].filter({ $0 }).count == 1 else {
            throw ValidationError("say which by one of: an ID, --source NAME, --all")
        }
        guard source != "" else { throw ValidationError("--source is empty") }
    }

    static func check(_ id: Int64) throws {
        guard id > 0 else { throw ValidationError("ID must be a whole number from 1 on") }
    }
}
