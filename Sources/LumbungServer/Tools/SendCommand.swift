import Foundation
import LumbungSignatures
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
    private let configuration: LoadedConfiguration

    /// Makes the command.
    /// - Parameters:
    ///   - options: What to send.
    ///   - configuration: Where the server listens, and its sources with their secrets.
    public init(_ options: Options, _ configuration: LoadedConfiguration) {
        self.options = options
        self.configuration = configuration
    }

    /// Sends everything, one after the other.
    /// - Parameter report: Is given each answer.
    /// - Throws: ``ServerFailure`` with exit code 69 when the server cannot be reached, 1 when it did not answer 2xx or
    ///   the file cannot be read.
    public func run(report: (String) -> Void) async throws(ServerFailure) {
        let url = options.url ?? "http://127.0.0.1:\(configuration.settings.port)/webhook/\(options.source)"
        let sample = try source().map { source throws(ServerFailure) in try SampleRequest(source) }
        let sender = WebhookSender(url: Self.url(url, with: source()?.token))
        let given = try readFile()
        for _ in 0..<options.count {
            let unique = UUID().uuidString.lowercased()
            let now = WallClock.now()
            let request =
                try sample?.make(given: given, unique: unique, url: url, now: now)
                ?? Self.plain(given ?? SamplePayload.accurate(uuid: unique, now: now))
            let answer: WebhookSender.Answer
            do throws(WebhookSender.Unreachable) {
                answer = try await sender.post(request.body, headers: request.headers)
            } catch {
                throw ServerFailure("\(error). Is `lumbung serve` running?", exitCode: 69)
            }
            report("\(answer.status) \(answer.body)")
            guard (200..<300).contains(answer.status) else {
                throw ServerFailure("the server answered \(answer.status)")
            }
        }
    }

    /// The source as the config file has it, or as its preset alone makes it; nil when neither knows it.
    private func source() -> SourceConfiguration? {
        if let source = configuration.inbox.sources.first(where: { $0.name == options.source }) { return source }
        guard let preset = PresetCatalog.all[options.source], let secret = preset.exampleSecret else { return nil }
        let text =
            "sources: {\(preset.name): {preset: \(preset.name), secret: '\(secret)', public_url: 'http://localhost'}}"
        var source = ConfigFileReader.read(text, file: "preset", environment: [:]).inbox.sources.first
        source?.publicURL = nil
        return source
    }

    /// The URL with the token that the source wants in it.
    private static func url(_ url: String, with token: Secret?) -> String {
        guard let token, !url.contains("?token="), !url.contains("&token=") else { return url }
        let isPlain = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        let encoded = token.revealed.utf8.map { byte in
            isPlain(byte) ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return url + (url.contains("?") ? "&" : "?") + "token=" + encoded.joined()
    }

    private static func plain(_ body: [UInt8]) -> SignedRequest {
        SignedRequest(
            method: "POST", url: nil, target: "", headers: [("content-type", "application/json")], body: body)
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
