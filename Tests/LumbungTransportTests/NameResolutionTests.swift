import Dispatch
import LumbungCore
import LumbungTransport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct NameResolutionTests {
    private func resolver(_ addresses: [String]) -> NameResolver {
        let addresses = addresses.compactMap(IPAddress.init)
        return NameResolver { _ in .success(addresses) }
    }

    @Test(arguments: [
        "127.0.0.1", "localhost", "LOCALHOST", "127.1", "127.0.1", "2130706433", "0x7f.1", "0X7F.0.0.1",
        "0x7f000001", "0177.1", "0177.0.0.1", "017700000001", "0x7f.0.0.01", "0", "0.0.0.0", "00.0", "127.8.8.8",
        "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::FFFF:7F00:1]", "[::127.0.0.1]",
        "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[fe80::1]", "169.254.169.254", "0xa9fea9fe",
    ])
    func `private destinations are refused before anything is sent, however they are written`(
        host: String
    ) async throws {
        try await SinkServer.run(host: "0.0.0.0") { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/", host: host), allowPrivate: false)
            #expect(outcome.kind == .blocked, "\(outcome.detail)")
            #expect(outcome.detail.contains("allow_private opens it"))
            #expect(server.connections == 0)
        }
    }

    @Test(arguments: [
        "LocalHost.", "127.0.0.1.", "1.2.3.4.5", "256.256.256.256", "0x7f.0.0.0.1", "4294967296", "08.1", "127..1",
    ])
    func `what is no address is a name, and leads nowhere`(host: String) async throws {
        try await SinkServer.run(host: "0.0.0.0") { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/", host: host), allowPrivate: false)
            #expect([.dns, .blocked].contains(outcome.kind), "\(outcome.detail)")
            #expect(server.connections == 0)
        }
    }

    @Test func `one private address among public ones refuses the attempt`() async throws {
        try await SinkServer.run { server in
            let url = server.url("/", host: "app.example.test")
            for addresses in [["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], ["2606:4700::1", "fd00::1"]] {
                let outcome = try await HTTPTransport.deliver(
                    to: url, allowPrivate: false, resolver: resolver(addresses))
                #expect(outcome.kind == .blocked)
            }
            #expect(server.connections == 0)
        }
    }

    /// With a public address first, and a sink on it, in `Tests/Process/test_names.py`: nothing here may leave the machine.
    @Test func `a name that comes to mean a private address is refused on the next attempt`() async throws {
        try await SinkServer.run { server in
            let next = Mutex(Result<[IPAddress], NameError>.failure(NameError(reason: "not yet")))
            let resolver = NameResolver { _ in next.withLock { $0 } }
            let destination = try HTTPDestination(url: server.url("/", host: "app.example.test"))
            let transport = HTTPTransport(destination: destination, resolver: resolver)
            #expect(await transport.deliver(.sample()).kind == .dns)
            next.withLock { $0 = .success([.v4(0x7f00_0001)]) }
            #expect(await transport.deliver(.sample()).kind == .blocked)
            await transport.shutdown()
            #expect(server.connections == 0)
        }
    }

    @Test func `the connection goes to the resolved address and keeps the name`() async throws {
        try await SinkServer.run { server in
            let url = server.url("/", host: "App.Example.test")
            let outcome = try await HTTPTransport.deliver(to: url, resolver: resolver(["127.0.0.1"]))
            #expect(outcome.kind == .delivered)
            #expect(server.requests.first?.headers["host"] == "app.example.test:\(server.port)")
        }
    }

    @Test func `the next address is tried when the first refuses`() async throws {
        try await SinkServer.run { server in
            let url = server.url("/", host: "app.example.test")
            let outcome = try await HTTPTransport.deliver(to: url, resolver: resolver(["127.0.0.9", "127.0.0.1"]))
            #expect(outcome.kind == .delivered)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a name may change its address between attempts`() async throws {
        try await SinkServer.run(host: "0.0.0.0") { server in
            let next = Mutex(0)
            let resolver = NameResolver { _ in
                let last = next.withLock { next in
                    next += 1
                    return next
                }
                return .success([.v4(0x7f00_0000 | UInt32(last))])
            }
            var destination = try HTTPDestination(url: server.url("/", host: "app.example.test"))
            destination.allowPrivate = true
            let transport = HTTPTransport(destination: destination, resolver: resolver)
            for _ in 0..<20 { #expect(await transport.deliver(.sample()).kind == .delivered) }
            await transport.shutdown()
            #expect(server.connections == 20)
        }
    }

    @Test func `a name without an address`() async throws {
        let resolver = NameResolver { _ in .failure(NameError(reason: "Name or service not known")) }
        let outcome = try await HTTPTransport.deliver(to: "http://app.example.test/", resolver: resolver)
        #expect(outcome.kind == .dns)
        #expect(outcome.detail == "app.example.test: Name or service not known")
    }

    @Test func `a name server that hangs costs its own thread and ends with the timeout`() async throws {
        let hang = DispatchSemaphore(value: 0)
        let lookups = Mutex(0)
        let resolver = NameResolver { _ in
            lookups.withLock { $0 += 1 }
            hang.wait()
            return .failure(NameError(reason: "late"))
        }
        var destination = try HTTPDestination(url: "http://app.example.test/")
        destination.timeout = .milliseconds(100)
        let transport = HTTPTransport(destination: destination, resolver: resolver)
        await withTaskGroup(of: AttemptOutcome.self) { group in
            for _ in 0..<8 { group.addTask { await transport.deliver(.sample()) } }
            for await outcome in group { #expect(outcome.kind == .timeout) }
        }
        #expect(lookups.withLock { $0 } == 1)
        hang.signal()
        await transport.shutdown()
    }

    @Test func `the system knows localhost`() throws {
        let addresses = try NameResolver.system.addresses(of: "localhost").get()
        #expect(addresses.contains { AddressGuard.refusal(of: $0) == .loopback })
        #expect(throws: NameError.self) { try NameResolver.system.addresses(of: "no-such-name.invalid").get() }
    }
}
