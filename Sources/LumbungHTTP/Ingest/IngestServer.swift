import HummingbirdCore
public import Logging
public import LumbungCore
public import LumbungKit
public import NIOCore
public import ServiceLifecycle

/// The listener that takes events: `POST /webhook/{source}`, `GET /healthz`, `GET /readyz`.
public struct IngestServer: Sendable {
    /// Where it listens and what it bounds.
    public struct Configuration: Sendable, Hashable {
        /// The address or name to listen on.
        public var host = "0.0.0.0"
        /// The port to listen on; 0 takes a free one.
        public var port = 9000
        /// The limits.
        public var limits = IngestLimits()
        /// The proxies whose `X-Forwarded-For` is believed.
        public var proxies = TrustedProxies()

        /// The default configuration.
        public init() {}
    }

    /// Tells why nothing can be committed now, or nil when it can.
    public typealias Readiness = @Sendable () async -> String?

    /// What it is told to do.
    public var configuration: Configuration
    /// Where requests go.
    public var intake: Intake
    /// Who is told about requests.
    public var log: any IngestLog
    /// Answers `/readyz`.
    public var readiness: Readiness
    /// Reads the wall clock, for the time an event was received.
    public var now: @Sendable () -> Timestamp

    /// Describes a listener; nothing is opened before its service runs.
    public init(
        configuration: Configuration = Configuration(),
        intake: Intake,
        log: any IngestLog,
        readiness: @escaping Readiness,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.configuration = configuration
        self.intake = intake
        self.log = log
        self.readiness = readiness
        self.now = now
    }

    /// The service that listens until it is asked to stop.
    ///
    /// Then idle connections are closed and running requests finished. Its `run()` throws ``ListenError`` when the
    /// address cannot be bound.
    /// - Parameters:
    ///   - group: The event loops that serve; not shut down by the service.
    ///   - logger: Is told about the listener itself, not about requests.
    ///   - onListening: Is told the bound port once connections are accepted.
    public func service(
        group: any EventLoopGroup,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void
    ) -> any Service {
        let childChannel = IngestChildChannel(desk: desk, group: group)
        let limits = configuration.limits
        let listener = Listener(host: configuration.host, port: configuration.port, onListening: onListening)
        return listener.service { onRunning in
            childChannel.server(
                configuration: ServerConfiguration(
                    address: .hostname(configuration.host, port: configuration.port),
                    backlog: limits.backlogConnections,
                    availableConnectionsDelegate: MaximumAvailableConnections(
                        limits.acceptedConnections, logger: logger)),
                onServerRunning: onRunning,
                eventLoopGroup: group,
                logger: Listener.quiet(logger))
        }
    }

    var desk: IngestDesk {
        let readiness = readiness
        let buffered = BodyBudget(limitBytes: configuration.limits.maxBufferedBytes)
        return IngestDesk(
            intake: intake, log: log, limits: configuration.limits, buffered: buffered, proxies: configuration.proxies,
            now: now
        ) { eventLoop, reply in
            eventLoop.makeFutureWithTask { await readiness() }.whenSuccess { reply($0) }
        }
    }
}
