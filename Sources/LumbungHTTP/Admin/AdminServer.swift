import Hummingbird
import HummingbirdCore
public import Logging
public import LumbungKit
public import NIOCore
public import ServiceLifecycle

/// The listener for operators: health checks and the admin API, on Hummingbird's router.
public struct AdminServer: Sendable {
    /// Where it listens and whom it lets in.
    public struct Configuration: Sendable {
        /// The address or name to listen on.
        public var host = "127.0.0.1"
        /// The port to listen on; 0 takes a free one.
        public var port = 9001
        /// The bearer token that everything but the health checks needs; nil lets everybody in who asks for this machine
        /// by a loopback name or address.
        public var token: String?
        /// A bearer token that may read and change nothing; counts only beside ``token``.
        public var readToken: String?
        /// The most open connections; past them the one that has been idle for longest is closed for the next.
        public var maxConnections = 256
        /// How long a connection may stay idle.
        public var idleTime: Duration = .seconds(15)

        /// The default configuration.
        public init() {}
    }

    /// What it is told to do.
    public var configuration: Configuration
    /// Does what the API is asked to do.
    public var inbox: InboxOperator
    /// Answers `/readyz`.
    public var readiness: IngestServer.Readiness

    /// Describes a listener; nothing is opened before its service runs.
    public init(
        configuration: Configuration = Configuration(), inbox: InboxOperator,
        readiness: @escaping IngestServer.Readiness
    ) {
        self.configuration = configuration
        self.inbox = inbox
        self.readiness = readiness
    }

    /// The service that listens until it is asked to stop.
    ///
    /// Its `run()` throws ``ListenError`` when the address cannot be bound.
    /// - Parameters:
    ///   - group: The event loops that serve; not shut down by the service.
    ///   - logger: Is told about the listener itself and about every change that is made, not about requests that only read.
    ///   - onListening: Is told the bound port once connections are accepted.
    public func service(
        group: any EventLoopGroup,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void
    ) -> any Service {
        let listener = Listener(host: configuration.host, port: configuration.port, onListening: onListening)
        return listener.service { onRunning in
            childChannel(logger).server(
                configuration: ServerConfiguration(
                    address: .hostname(configuration.host, port: configuration.port),
                    availableConnectionsDelegate: MaximumAvailableConnections(
                        configuration.maxConnections + max(1, configuration.maxConnections / 16), logger: logger)),
                onServerRunning: onRunning,
                eventLoopGroup: group,
                logger: Listener.quiet(logger))
        }
    }

    private var keys: [AdminKey] {
        guard let token = configuration.token else { return [] }
        let reader = configuration.readToken.map {
            AdminKey(name: "reader", token: AdminToken($0), mayChange: false)
        }
        return [AdminKey(name: "admin", token: AdminToken(token), mayChange: true)] + (reader.map { [$0] } ?? [])
    }

    /// Hummingbird's server without its `Application`, which keeps a clock that wakes the process every second.
    private func childChannel(_ logger: Logger) -> HTTP1Channel {
        let router = AdminRoutes.router(
            keys: keys, api: AdminAPI(inbox: inbox, logger: logger), readiness: readiness)
        let responder = router.buildResponder()
        let limits = IngestLimits()
        let places = ConnectionPlaces(limit: configuration.maxConnections)
        return HTTP1Channel(
            responder: { request, writer, channel in
                let source = ApplicationRequestContextSource(channel: channel, logger: logger)
                places.mark(channel, isBusy: true)
                defer { places.mark(channel, isBusy: false) }
                let response = try await responder.respond(to: request, context: AdminContext(source: source))
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [PlaceHandler(places)],
                idleTimeout: TimeAmount(configuration.idleTime),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.maxHeaderBytes,
                    maxHeaderListSize: limits.maxHeaderBytes,
                    maxHeaderFieldCount: limits.maxHeaderFields)))
    }
}
