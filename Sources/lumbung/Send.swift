import ArgumentParser
import LumbungServer

/// `lumbung send`.
struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Post a correctly signed sample or given payload to an ingest URL and print the answer.",
        version: LumbungVersion.text
    )

    @Argument(help: "The source's name in the config file, or a preset's, such as accurate.")
    var source: String

    @Option(
        help: "A file with the payload, or - for standard input; without it a sample with a fresh identity is sent.")
    var file: String?

    @Option(help: "How many times to send.")
    var count = 1

    @Option(help: "The whole ingest URL; without it the source's path on this machine at the configured port.")
    var url: String?

    @OptionGroup var settings: IngestFlags

    func validate() throws {
        guard (1...1_000_000).contains(count) else {
            throw ValidationError("--count must be a whole number from 1 to 1000000")
        }
        if let url, let fault = ServerAddress.fault(in: url) {
            throw ValidationError(
                "--url must be a whole address such as http://127.0.0.1:9000/webhook/accurate: \(fault)")
        }
    }

    func run() async throws {
        let loaded = try settings.load()
        let options = SendCommand.Options(source: source, file: file, count: count, url: url)
        let command = SendCommand(options, loaded)
        try await reporting { () async throws(ServerFailure) in try await command.run { try? Terminal.say($0) } }
    }
}
