import LumbungTransport

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The way of the commands to a running server's admin API.
public struct AdminAccess: Sendable {
    private let client: AdminClient

    /// Finds the server.
    /// - Parameters:
    ///   - settings: Where its admin listener is, and the token.
    ///   - url: Its address instead, such as `http://127.0.0.1:9001`.
    public init(settings: Settings, url: String? = nil) {
        client = AdminClient(base: url ?? Self.base(settings), token: settings.adminToken?.revealed)
    }

    /// The address of the admin listener as this machine reaches it.
    static func base(_ settings: Settings) -> String {
        let host = settings.adminHost
        let reachable = HostName.isWildcard(host) ? (host == "0.0.0.0" ? "127.0.0.1" : "::1") : host
        return "http://" + (HostName.isIPv6(reachable) ? "[\(reachable)]" : reachable) + ":\(settings.adminPort)"
    }

    /// Reads what is at a path.
    /// - Throws: ``ServerFailure``, as ``change(_:_:timeout:)``.
    func read(_ path: String, _ query: [(name: String, value: String)] = []) async throws(ServerFailure) -> [UInt8] {
        var request = AdminClient.Request(path: path)
        request.query = query
        return try await send(request)
    }

    /// Asks for a change.
    /// - Returns: The body of the answer.
    /// - Throws: ``ServerFailure`` with exit code 69 when the server cannot be reached, 1 when it refused.
    func change(
        _ path: String, _ body: String = "{}", timeout: Duration = .seconds(30)
    ) async throws(ServerFailure) -> [UInt8] {
        var request = AdminClient.Request(path: path)
        request.change = Array(body.utf8)
        request.timeout = timeout
        return try await send(request)
    }

    /// Ends what is at a path.
    /// - Throws: ``ServerFailure``, as ``change(_:_:timeout:)``.
    func end(_ path: String) async throws(ServerFailure) -> [UInt8] {
        var request = AdminClient.Request(path: path)
        request.isEnding = true
        return try await send(request)
    }

    private func send(_ request: AdminClient.Request) async throws(ServerFailure) -> [UInt8] {
        let answer: AdminClient.Answer
        do throws(AdminClient.Unreachable) {
            answer = try await client.send(request)
        } catch {
            throw ServerFailure("\(DisplayText.escaped(error.description)). Is `lumbung serve` running?", exitCode: 69)
        }
        guard (200..<300).contains(answer.status) else { throw Self.refusal(answer.status, answer.body) }
        return answer.body
    }

    private struct ProblemDocument: Decodable {
        let title: String
        let detail: String
    }

    /// The problem that the server told, in one line.
    static func refusal(_ status: Int, _ body: [UInt8]) -> ServerFailure {
        guard let problem = try? JSONDecoder().decode(ProblemDocument.self, from: Data(body)) else {
            return ServerFailure("the server answered \(status), and not as the admin API does")
        }
        let hint = status == 401 ? "; set ADMIN_TOKEN to the server's token" : ""
        return ServerFailure(DisplayText.escaped("\(status) \(problem.title): \(problem.detail)\(hint)"))
    }

    /// Reads a document of the admin API.
    /// - Throws: ``ServerFailure`` when it is none.
    static func decode<Document: Decodable>(_ type: Document.Type, _ body: [UInt8]) throws(ServerFailure) -> Document {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let document = try? decoder.decode(type, from: Data(body)) else {
            throw ServerFailure(
                "the server did not answer as the admin API of this version does; --json shows what it said")
        }
        return document
    }

    /// A JSON object, with sorted keys.
    static func body(_ members: [String: JSONMember?]) -> String {
        let given = members.compactMapValues { $0 }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(given) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}

/// A value in the body of a change.
enum JSONMember: Encodable {
    case text(String)
    case flag(Bool)
    case number(Int64)
    case texts([String: String])

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .flag(let flag): try container.encode(flag)
        case .number(let number): try container.encode(number)
        case .texts(let texts): try container.encode(texts)
        }
    }
}

/// What a command has to say, and why it failed although the server answered.
public struct CommandAnswer: Sendable {
    /// The answer for standard output; ends with a line end.
    public let text: String
    /// Why the thing asked for failed; nil when it did not.
    public let failure: ServerFailure?

    init(_ text: String, failure: ServerFailure? = nil) {
        self.text = text
        self.failure = failure
    }

    /// The server's JSON as it is.
    init(json body: [UInt8], failure: ServerFailure? = nil) {
        self.init(String(decoding: body, as: UTF8.self) + "\n", failure: failure)
    }
}
