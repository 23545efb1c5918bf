import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Posts webhooks to an ingest URL, as `lumbung send` does.
public struct WebhookSender: Sendable {
    /// What the server answered.
    public struct Answer: Sendable {
        /// The HTTP status.
        public var status: Int
        /// The body, at most 64 KiB of it.
        public var body: String
    }

    /// Why nothing was answered.
    public struct Unreachable: Error, Sendable, CustomStringConvertible {
        /// A sentence.
        public let description: String
    }

    private let url: String

    /// Points the sender at an ingest URL.
    public init(url: String) {
        self.url = url
    }

    /// Posts one body; without headers as JSON.
    /// - Throws: ``Unreachable`` when no answer came within 30 s.
    public func post(
        _ body: [UInt8], headers: [(name: String, value: String)] = [("content-type", "application/json")]
    ) async throws(Unreachable) -> Answer {
        var configuration = HTTPClient.Configuration.guarded
        configuration.redirectConfiguration = .disallow
        // Nobody listening is the answer to give at once, not something to try again for 10 s.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Answer, Unreachable>
        do {
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            for header in headers { request.headers.add(name: header.name, value: header.value) }
            request.headers.add(name: "user-agent", value: "Lumbung-send")
            request.body = .bytes(ByteBuffer(bytes: body))
            let response = try await client.execute(request, timeout: .seconds(30))
            let answer = try await response.body.collect(upTo: 64 * 1024)
            result = .success(Answer(status: Int(response.status.code), body: String(buffer: answer)))
        } catch {
            result = .failure(
                Unreachable(description: "no answer from \(url.prefix { $0 != "?" }): \(ExchangeFailure(error).detail)")
            )
        }
        try? await client.shutdown()
        return try result.get()
    }
}
