import AsyncHTTPClient
import LumbungCore
import NIOCore
import NIOHTTP1
import Synchronization

/// The HTTP clients of one destination, each bound to one address.
///
/// AsyncHTTPClient fixes the address of a name for the life of a client, so there is a client for each address in
/// use; its connections are kept for the next attempt that resolves to the same address. Every client is shut down by
/// whoever takes the last use away.
final class PinnedClients: Sendable {
    private struct Entry {
        let address: IPAddress
        let client: HTTPClient
        var uses: Int
    }

    private struct State {
        /// The least recently used first.
        var entries: [Entry] = []
        /// The address that answered last.
        var lastGood: IPAddress?
        var isClosed = false
    }

    /// Clients past this number are shut down once nobody uses them: a name may resolve to ever other addresses.
    private static let keptClients = 8

    /// Connections idle for longer are closed.
    ///
    /// Servers commonly close theirs after 5 s (Node.js's `keepAliveTimeout`),
    /// and a request that meets such a close is an attempt lost.
    private static let idleSeconds: Int64 = 4

    /// An address that takes no connection for so long is given up for the next one: two repeats of the first packet,
    /// after 1 s and 3 s (RFC 6298), have gone unanswered by then.
    private static let connectSeconds: Int64 = 5

    private let destination: HTTPDestination
    private let ownListeners: OwnListeners
    private let eventLoopGroup: any EventLoopGroup
    private let state = Mutex(State())

    init(destination: HTTPDestination, ownListeners: OwnListeners, eventLoopGroup: any EventLoopGroup) {
        self.destination = destination
        self.ownListeners = ownListeners
        self.eventLoopGroup = eventLoopGroup
    }

    /// The addresses with the one first that answered last, where connections are likely open.
    func order(_ addresses: [IPAddress]) -> [IPAddress] {
        guard let good = state.withLock({ $0.lastGood }), addresses.contains(good) else { return addresses }
        return [good] + addresses.filter { $0 != good }
    }

    /// Remembers whether an address answered.
    func note(_ address: IPAddress, isGood: Bool) {
        state.withLock { state in
            if isGood { state.lastGood = address } else if state.lastGood == address { state.lastGood = nil }
        }
    }

    /// Lends the client for an address while `body` runs; `nil` when the clients are closed.
    func withClient<Result>(for address: IPAddress, _ body: (HTTPClient) async -> Result) async -> Result? {
        guard let client = take(address) else { return nil }
        let result = await body(client)
        await Self.shutDown(giveBack(client))
        return result
    }

    /// Closes what is idle now, and the rest as it is given back.
    func close() async {
        await Self.shutDown(
            state.withLock { state in
                state.isClosed = true
                return Self.removeUnused(from: &state, keeping: 0)
            })
    }

    private func take(_ address: IPAddress) -> HTTPClient? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            var entry: Entry
            if let index = state.entries.firstIndex(where: { $0.address == address }) {
                entry = state.entries.remove(at: index)
            } else {
                entry = Entry(address: address, client: makeClient(for: address), uses: 0)
            }
            entry.uses += 1
            state.entries.append(entry)
            return entry.client
        }
    }

    private func giveBack(_ client: HTTPClient) -> [HTTPClient] {
        state.withLock { state in
            if let index = state.entries.firstIndex(where: { $0.client === client }) { state.entries[index].uses -= 1 }
            return Self.removeUnused(from: &state, keeping: state.isClosed ? 0 : Self.keptClients)
        }
    }

    private static func removeUnused(from state: inout State, keeping kept: Int) -> [HTTPClient] {
        var removed: [HTTPClient] = []
        while state.entries.count > kept, let index = state.entries.firstIndex(where: { $0.uses == 0 }) {
            removed.append(state.entries.remove(at: index).client)
        }
        return removed
    }

    private static func shutDown(_ clients: [HTTPClient]) async {
        for client in clients {
            // The only error says that it is shut down already.
            try? await client.shutdown()
        }
    }

    private func makeClient(for address: IPAddress) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.proxy = nil
        // Else each request makes a span, whether anybody traces or not.
        configuration.tracing.tracer = nil
        configuration.timeout.connect = min(TimeAmount(destination.timeout), .seconds(Self.connectSeconds))
        configuration.connectionPool.idleTimeout = .seconds(Self.idleSeconds)
        // One more than attempts at events, for an operator's test: who waits for a connection may time out unsent.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, destination.concurrency) + 1
        // One attempt is one try: the retry policy decides about the next.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.tlsConfiguration = destination.credentials.configuration
        if case .name(let name) = destination.url.host { configuration.dnsOverride = [name: address.description] }
        let (port, ownListeners) = (destination.url.port, ownListeners)
        configuration.http1_1ConnectionDebugInitializer = { channel in
            do {
                try Self.prepare(channel, for: address, port: port, unless: ownListeners)
                return channel.eventLoop.makeSucceededVoidFuture()
            } catch {
                // Not before the client has heard of the failure: it takes a close for one of a connection in use.
                channel.eventLoop.execute { channel.close(promise: nil) }
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
        return HTTPClient(eventLoopGroup: eventLoopGroup, configuration: configuration)
    }

    /// Looks at a new connection before a byte of a request is sent, and bounds what it may bring.
    private static func prepare(
        _ channel: any Channel, for address: IPAddress, port: Int, unless ownListeners: OwnListeners
    ) throws {
        // The client's override is what pins; this is the proof.
        guard let peer = channel.remoteAddress?.ipAddress, IPAddress(peer) == address else {
            throw WrongPeer(wanted: address)
        }
        // Some addresses of this machine are none of its interfaces', such as those of a local route.
        let isLocal = channel.localAddress?.ipAddress == peer
        guard !ownListeners.contains(address, port: port, isLocal: isLocal) else {
            throw OwnListener(address: address, port: port)
        }
        try AnswerGuard.guardAnswers(of: channel)
        try HeadHold.holdHeads(of: channel)
    }
}
