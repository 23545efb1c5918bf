import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks the admin API of a running server, as `lumbung events` and `lumbung destinations` do.
public struct AdminClient: Sendable {
    /// What the server answered.
    public struct Answer: Sendable {
        /// The HTTP status.
        public var status: Int
        /// The body.
        public var body: [UInt8]
    }

    /// Why nothing was answered.
    public struct Unreachable: Error, Sendable, CustomStringConvertible {
        /// A sentence that shows no token.
        public let description: String
    }

    /// One request.
    public struct Request: Sendable {
        /// The path, from its slash on.
        public var path: String
        /// The parameters in the query, not encoded yet.
        public var query: [(name: String, value: String)] = []
        /// The JSON body of a request that changes something; nil for one that only reads.
        public var change: [UInt8]?
        /// Whether what is at the path is to be ended (DELETE).
        public var isEnding = false
        /// How long the whole answer may take.
        public var timeout: Duration = .seconds(30)

        /// Asks to read what is at a path.
        public init(path: String) {
            self.path = path
        }
    }

    /// The longest answer that is taken, in bytes (256 MiB): an event with its payload and its conflicts.
    public static let maxAnswerBytes = 268_435_456

    private let base: String
    private let token: String?

    /// Points the client at a server.
    /// - Parameters:
    ///   - base: Its address, such as `http://127.0.0.1:9001`.
    ///   - token: Its bearer token (RFC 6750), or nil.
    public init(base: String, token: String?) {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.token = token
    }

    /// Sends a request: POST when it changes something, else GET.
    /// - Throws: ``Unreachable`` when no whole answer came in time.
    public func send(_ asked: Request) async throws(Unreachable) -> Answer {
        var configuration = HTTPClient.Configuration.guarded
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Answer, Unreachable>
        do {
            let response = try await client.execute(request(asked), timeout: TimeAmount(asked.timeout))
            let body = try await response.body.collect(upTo: Self.maxAnswerBytes)
            result = .success(Answer(status: Int(response.status.code), body: Array(body.readableBytesView)))
        } catch {
            result = .failure(Unreachable(description: "no answer from \(base): \(ExchangeFailure(error).detail)"))
        }
        try? await client.shutdown()
        return try result.get()
    }

    private func request(_ asked: Request) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: Self.target(base + asked.path, asked.query))
        request.headers.add(name: "user-agent", value: "Lumbung-admin")
        if let token { request.headers.add(name: "authorization", value: "Bearer " + token) }
        if asked.isEnding { request.method = .DELETE }
        if let change = asked.change {
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: change))
        }
        return request
    }

    /// A target with its query.
    static func target(_ target: String, _ query: [(name: String, value: String)]) -> String {
        guard !query.isEmpty else { return target }
        return target + "?" + query.map { encoded($0.name) + "=" + encoded($0.value) }.joined(separator: "&")
    }

    /// Text as a part of a path or of a query: everything but `unreserved` of RFC 3986 is percent-encoded.
    public static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
