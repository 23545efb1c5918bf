import Foundation
import LumbungTransport

/// `lumbung send`: posts a sample or a given payload to an ingest URL and tells what was answered.
public struct SendCommand: Sendable {
    /// What to send and where to.
    public struct Options: Sendable {
        /// The source's name.
        public var source: String
        /// A file with the payload, `-` for standard input, nil for a sample.
        public var file: String?
        /// How many times; each sample has a fresh identity.
        public var count: Int
        /// The ingest URL; nil means the source's path on this machine at the configured port.
        public var url: String?

        /// Bundles the options.
        public init(source: String, file: String? = nil, count: Int = 1, url: String? = nil) {
            self.source = source
            self.file = file
            self.count = count
            self.url = url
        }
    }

    private let options: Options
    private let port: Int

    /// Makes the command.
    /// - Parameter settings: Where the server listens.
    public init(_ options: Options, settings: Settings) {
        self.options = options
        self.port = settings.port
    }

    /// Sends everything, one after the other.
    /// - Parameter report: Is given each answer.
    /// - Throws: ``ServerFailure`` with exit code 69 when the server cannot be reached, 1 when it did not answer 2xx or
    ///   the file cannot be read.
    public func run(report: (String) -> Void) async throws(ServerFailure) {
        let url = options.url ?? "http://127.0.0.1:\(port)/webhook/\(options.source)"
        let sender = WebhookSender(url: url)
        let given = try readFile()
        for _ in 0..<options.count {
            let body =
                given
                ?? SamplePayload.accurate(uuid: UUID().uuidString.lowercased(), now: WallClock.now())
            let answer: WebhookSender.Answer
            do throws(WebhookSender.Unreachable) {
                answer = try await sender.post(body)
            } catch {
                throw ServerFailure("\(error). Is `lumbung serve` running?", exitCode: 69)
            }
            report("\(answer.status) \(answer.body)")
            guard (200..<300).contains(answer.status) else {
                throw ServerFailure("the server answered \(answer.status)")
            }
        }
    }

    private func readFile() throws(ServerFailure) -> [UInt8]? {
        guard let file = options.file else { return nil }
        if file == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        do throws(BoundedFile.Fault) {
            return try BoundedFile.bytes(at: file, limitBytes: SourceConfiguration.largestBodyBytes)
        } catch {
            throw ServerFailure("cannot read the payload file \(DisplayText.quoted(file)): \(error.reason)")
        }
    }
}
