import LumbungCore
import LumbungTransport
import Testing

@Suite(.timeLimit(.minutes(1))) struct OwnListenersTests {
    /// Whether a listener at `host` port 9000 is reached by `address`, on a machine with two interfaces.
    private func reaches(
        _ address: String, port: Int = 9000, host: String, interfaces: [String]? = ["192.0.2.7", "2001:db8::7"]
    ) throws -> Bool {
        let own = OwnListeners { interfaces.map { Set($0.compactMap(IPAddress.init)) } }
        own.add(host: host, port: 9000)
        return own.contains(try #require(IPAddress(address)), port: port)
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::ffff:127.0.0.1", "127.0.0.1"),
        ("::ffff:0.0.0.0", "127.0.0.1"), ("::1", "::1"), ("::", "::1"), ("192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "localhost"), ("::1", "localhost"), ("127.0.0.1", "::ffff:127.0.0.1"),
        ("127.0.0.1", "0.0.0.0"), ("127.9.9.9", "0.0.0.0"), ("192.0.2.7", "0.0.0.0"), ("::ffff:192.0.2.7", "0.0.0.0"),
        ("0.0.0.0", "0.0.0.0"), ("127.0.0.1", "::"), ("::1", "::"), ("2001:db8::7", "::"), ("192.0.2.7", "::"),
        ("192.0.2.7", "a-name.example"), ("127.0.0.1", "a-name.example"),
    ])
    func `what comes back to a listener`(address: String, host: String) throws {
        #expect(try reaches(address, host: host))
        #expect(try !reaches(address, port: 9001, host: host))
    }

    @Test(arguments: [
        ("127.0.0.2", "127.0.0.1"), ("192.0.2.7", "127.0.0.1"), ("::1", "127.0.0.1"), ("127.0.0.1", "192.0.2.7"),
        ("192.0.2.8", "0.0.0.0"), ("8.8.8.8", "::"), ("2001:db8::8", "::"), ("192.0.2.8", "a-name.example"),
    ])
    func `what goes somewhere else`(address: String, host: String) throws {
        #expect(try !reaches(address, host: host))
    }

    @Test func `when the system does not tell its addresses every one may be its own`() throws {
        #expect(try reaches("192.0.2.8", host: "0.0.0.0", interfaces: nil))
        #expect(try !reaches("192.0.2.8", host: "127.0.0.1", interfaces: nil))
    }

    @Test func `an address that proves to be local is no way around`() throws {
        let own = OwnListeners { [] }
        own.add(host: "0.0.0.0", port: 9000)
        let address = try #require(IPAddress("198.51.100.9"))
        #expect(!own.contains(address, port: 9000))
        #expect(own.contains(address, port: 9000, isLocal: true))
    }

    @Test func `a port that is not known yet is nobody's`() throws {
        let own = OwnListeners()
        own.add(host: "127.0.0.1", port: 0)
        #expect(!own.contains(.v4(0x7f00_0001), port: 0))
    }

    @Test func `the system tells its own addresses`() throws {
        #expect(try #require(LocalAddresses.now()).contains(.v4(0x7f00_0001)))
    }

    @Test(arguments: ["127.0.0.1", "localhost", "127.1", "2130706433", "0.0.0.0", "[::ffff:127.0.0.1]", "app.test"])
    func `no destination leads back, whatever it may reach`(host: String) async throws {
        try await SinkServer.run(host: "0.0.0.0") { server in
            let own = OwnListeners()
            own.add(host: "0.0.0.0", port: server.port)
            var destination = try HTTPDestination(url: server.url("/webhook/accurate", host: host))
            destination.allowPrivate = true
            let resolver = host == "app.test" ? Self.loopback : .system
            let transport = HTTPTransport(destination: destination, resolver: resolver, ownListeners: own)
            let outcome = await transport.deliver(.sample())
            await transport.shutdown()
            #expect(outcome.kind == .blocked, "\(outcome.detail)")
            #expect(outcome.detail.contains(" port \(server.port) is where Lumbung itself listens"))
            #expect(server.connections == 0)
        }
    }

    @Test func `a listener that comes later counts at the next attempt, and other ports stay open`() async throws {
        try await SinkServer.run { server in
            let own = OwnListeners()
            own.add(host: "127.0.0.1", port: server.port == 9000 ? 9001 : 9000)
            var destination = try HTTPDestination(url: server.url("/"))
            destination.allowPrivate = true
            let transport = HTTPTransport(destination: destination, ownListeners: own)
            #expect(await transport.deliver(.sample()).kind == .delivered)
            own.add(host: "127.0.0.1", port: server.port)
            // The connection of the first attempt is still open and must not be used.
            #expect(await transport.deliver(.sample()).kind == .blocked)
            await transport.shutdown()
            #expect(server.requests.count == 1)
        }
    }

    private static let loopback = NameResolver { _ in .success([.v4(0x7f00_0001)]) }
}
