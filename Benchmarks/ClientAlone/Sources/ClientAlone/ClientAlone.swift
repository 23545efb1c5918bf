import AsyncHTTPClient
import NIOCore

/// Posts a body so many times with so many requests at once, reads every answer, and prints requests a second.
///
///     ClientAlone URL COUNT CONCURRENCY BODY_BYTES
@main
struct ClientAlone {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let count = Int(arguments[2]), let concurrency = Int(arguments[3]),
            let size = Int(arguments[4])
        else { fatalError("usage: ClientAlone URL COUNT CONCURRENCY BODY_BYTES") }
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: size)
        let begun = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<concurrency {
                let share = count / concurrency + (worker < count % concurrency ? 1 : 0)
                group.addTask {
                    for _ in 0..<share { try await post(body, to: arguments[1], over: client) }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - begun) / .seconds(1)
        print(Double(count) / seconds)
        try await client.shutdown()
    }

    private static func post(_ body: ByteBuffer, to url: String, over client: HTTPClient) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(body)
        let response = try await client.execute(request, timeout: .seconds(30))
        for try await _ in response.body {}
        guard response.status == .ok else { fatalError("answered \(response.status)") }
    }
}
