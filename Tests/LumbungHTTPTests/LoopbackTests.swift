import Logging
import LumbungCore
import LumbungKit
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import Testing

@testable import LumbungHTTP

/// Real sockets on 127.0.0.1; every wait ends with what it waits for.
@Suite(.timeLimit(.minutes(1))) struct LoopbackTests {
    typealias Client = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    static let group = MultiThreadedEventLoopGroup.singleton

    static func ingest(
        _ store: FakeStore, readiness: @escaping IngestServer.Readiness = { nil },
        limits: IngestLimits = IngestLimits(), source: Source = Source(name: "accurate")
    ) -> IngestServer {
        var configuration = IngestServer.Configuration()
        (configuration.host, configuration.port, configuration.limits) = ("127.0.0.1", 0, limits)
        let intake = Intake(
            store: store, routes: [(source, [])], patience: .seconds(5), committed: {})
        return IngestServer(
            configuration: configuration, intake: intake, log: FakeLog(), readiness: readiness,
            now: { Timestamp(milliseconds: 0) })
    }

    /// Runs a server, gives its port to `body`, and stops it gracefully.
    static func serving(_ server: IngestServer, _ body: (Int, ServiceGroup) async throws -> Void) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let service = server.service(group: group, logger: Logger(label: "t")) { port.yield($0) }
        try await run(service, ports, body)
    }

    static func serving(
        _ server: AdminServer, logger: Logger = Logger(label: "t"), _ body: (Int, ServiceGroup) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let service = server.service(group: group, logger: logger) { port.yield($0) }
        try await run(service, ports, body)
    }

    private static func run(
        _ service: any Service, _ ports: AsyncStream<Int>, _ body: (Int, ServiceGroup) async throws -> Void
    ) async throws {
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [service], logger: Logger(label: "test")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            var numbers = ports.makeAsyncIterator()
            let number = try #require(await numbers.next())
            try await body(number, services)
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Sends bytes and returns everything that comes until the server ends the connection.
    static func exchange(_ port: Int, _ text: String, halfClose: Bool = true) async throws -> String {
        let client = try await ClientBootstrap(group: group)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Client(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await client.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            if halfClose { outbound.finish() }
            var received = ""
            for try await part in inbound { received += String(buffer: part) }
            return received
        }
    }

    @Test func `an event over a socket`() async throws {
        let store = FakeStore()
        try await Self.serving(Self.ingest(store)) { port, _ in
            let requests = (1...3).map { EmbeddedWire.post(#"{"uuid":"s\#($0)"}"#) }.joined()
            let answer = try await Self.exchange(port, requests)
            #expect(answer == (1...3).map { IngestPipelineTests.ok(IngestPipelineTests.queued("s\($0)", $0)) }.joined())
        }
        #expect(store.payloads.count == 3)
    }

    @Test func `a large refused body does not lose its answer`() async throws {
        let store = FakeStore()
        try await Self.serving(Self.ingest(store)) { port, _ in
            let body = String(repeating: "x", count: 4_000_000)
            let answer = try await Self.exchange(port, EmbeddedWire.post(body))
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
        }
        #expect(store.events.isEmpty)
    }

    @Test func `a large body and a large answer`() async throws {
        let store = FakeStore()
        try await Self.serving(Self.ingest(store)) { port, _ in
            let events = (0..<10_000).map { #"{"uuid":"event-number-\#($0)"}"# }.joined(separator: ",")
            let answer = try await Self.exchange(port, EmbeddedWire.post("[\(events)]"))
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix(#"{"uuid":"event-number-9999","queue_id":10000,"status":"queued"}]}"#))
        }
    }

    @Test func `readiness over a socket`() async throws {
        let reason = Mutex<String?>(nil)
        let server = Self.ingest(FakeStore(), readiness: { reason.withLock { $0 } })
        try await Self.serving(server) { port, _ in
            let request = "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            #expect(try await Self.exchange(port, request, halfClose: false).hasSuffix(#"{"status":"ready"}"#))
            reason.withLock { $0 = "the disk is full" }
            let answer = try await Self.exchange(port, request, halfClose: false)
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
            #expect(answer.contains("the disk is full"))
        }
    }

    @Test func `a stop waits for the running request and closes the idle connection`() async throws {
        let store = FakeStore()
        store.hold()
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let server = Self.ingest(
            store,
            readiness: {
                arrival.yield()
                return nil
            })
        try await Self.serving(server) { port, services in
            async let running = Self.exchange(port, EmbeddedWire.post(#"{"uuid":"running"}"#), halfClose: false)
            async let idle = Self.exchange(port, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", halfClose: false)
            var arrived = arrivals.makeAsyncIterator()
            await arrived.next()
            while store.heldCount == 0 { await Task.yield() }
            await services.triggerGracefulShutdown()
            let idleAnswer = try await idle
            #expect(idleAnswer.hasSuffix(#"{"status":"ready"}"#))
            store.release()
            let lastAnswer = try await running
            #expect(lastAnswer.contains("\r\nconnection: close\r\n"))
        }
    }

    /// Opens a connection, sends the beginning of a head, and reports when the server ends it.
    private static func halfOpen(
        _ port: Int, ended: AsyncStream<Int>.Continuation, _ number: Int
    ) async throws -> any Channel {
        let channel = try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port).get()
        channel.closeFuture.whenComplete { _ in ended.yield(number) }
        try await channel.writeAndFlush(ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHo"))
        return channel
    }

    /// Fills a listener with half-open connections, then asks as somebody else would.
    private static func isReachable(_ port: Int, beside count: Int) async throws {
        let (endings, ended) = AsyncStream.makeStream(of: Int.self)
        var channels: [any Channel] = []
        for number in 0..<count { channels.append(try await halfOpen(port, ended: ended, number)) }
        var numbers = endings.makeAsyncIterator()
        // One of the first on its event loop; closes are told in any order.
        let first = try #require(await numbers.next())
        #expect(first < 8, "the oldest made room for later ones")
        let request = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        #expect(try await exchange(port, request, halfClose: false).hasSuffix(#"{"status":"ok"}"#))
        for channel in channels { channel.close(promise: nil) }
    }

    @Test func `half-open connections keep nobody out of the admin listener`() async throws {
        var configuration = AdminServer.Configuration()
        (configuration.port, configuration.maxConnections, configuration.idleTime) = (0, 16, .seconds(3600))
        try await Self.serving(AdminServer(configuration: configuration, inbox: AdminBench().inbox) { nil }) {
            port, _ in
            try await Self.isReachable(port, beside: 40)
        }
    }

    @Test func `half-open connections keep no sender out`() async throws {
        var limits = IngestLimits()
        (limits.maxConnections, limits.headerTime, limits.idleTime) = (32, .seconds(3600), .seconds(3600))
        try await Self.serving(Self.ingest(FakeStore(), limits: limits)) { port, _ in
            try await Self.isReachable(port, beside: 80)
        }
    }

    @Test func `an address in use is one clear line`() async throws {
        try await Self.serving(Self.ingest(FakeStore())) { port, _ in
            var second = Self.ingest(FakeStore())
            second.configuration.port = port
            let service = second.service(group: Self.group, logger: Logger(label: "t")) { _ in }
            let error = await #expect(throws: ListenError.self) { try await service.run() }
            #expect(error?.description.hasPrefix("cannot listen on 127.0.0.1:\(port): address already in use") == true)
        }
    }

    @Test func `the admin listener`() async throws {
        var configuration = AdminServer.Configuration()
        (configuration.port, configuration.token) = (0, "s3cret")
        let server = AdminServer(configuration: configuration, inbox: AdminBench().inbox) { nil }
        try await Self.serving(server) { port, _ in
            func ask(_ line: String, _ fields: String = "") async throws -> String {
                try await Self.exchange(
                    port, "\(line) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(fields)\r\n", halfClose: false)
            }
            #expect(try await ask("GET /healthz").hasSuffix(#"{"status":"ok"}"#))
            let ready = try await ask("GET /readyz")
            #expect(ready.hasPrefix("HTTP/1.1 200 OK\r\n") && ready.hasSuffix(#"{"status":"ready"}"#))
            #expect(try await ask("HEAD /healthz").hasSuffix("\r\n\r\n"))
            let closed = try await ask("GET /api/v1/stats")
            #expect(closed.hasPrefix("HTTP/1.1 401 ") && closed.contains("application/problem+json"))
            #expect(!closed.lowercased().contains("\r\nserver:"))
            #expect(try await ask("GET /x", "Authorization: Bearer wrong!\r\n").hasPrefix("HTTP/1.1 401 "))
            let open = try await ask("POST /webhook/accurate", "Authorization: Bearer s3cret\r\nContent-Length: 0\r\n")
            #expect(open.hasPrefix("HTTP/1.1 404 ") && open.contains("urn:lumbung:problem:not-found"))
        }
    }
}
