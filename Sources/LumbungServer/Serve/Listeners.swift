import Logging
import LumbungHTTP
import LumbungKit
import LumbungTransport
import NIOCore
import ServiceLifecycle

/// What the listeners hand their requests to.
struct ListenerWork: Sendable {
    var intake: Intake
    var inbox: InboxOperator
    var readiness: Readiness
}

/// The two listeners of the server.
struct Listeners: Sendable {
    let ingest: any Service
    let admin: any Service

    init(
        settings: Settings, work: ListenerWork, logs: Logs, ownListeners: OwnListeners,
        eventLoopGroup: any EventLoopGroup
    ) {
        let readiness = work.readiness
        let logger = logs.logger("lumbung.http")
        var configuration = IngestServer.Configuration()
        configuration.host = settings.host
        configuration.port = settings.port
        configuration.limits.maxBodyBytes = settings.maxBodyBytes
        configuration.proxies = TrustedProxies(settings.trustedProxies)
        let wanted = configuration.limits.acceptedConnections
        let descriptors = Descriptors.raised()
        if descriptors.connections(wanted: wanted) < wanted {
            configuration.limits.maxConnections = descriptors.connections(wanted: wanted) * 16 / 17
            descriptors.report(
                connections: configuration.limits.maxConnections, wanted: IngestLimits().maxConnections, logger: logger)
        }
        ingest = IngestServer(
            configuration: configuration,
            intake: work.intake,
            log: WebhookLogAdapter(log: logs.webhooks),
            readiness: { await readiness.reason() },
            now: WallClock.now
        ).service(group: eventLoopGroup, logger: logger) { port in
            ownListeners.add(host: settings.host, port: port)
            logger.info("listening for webhooks", metadata: ["host": "\(settings.host)", "port": "\(port)"])
        }
        var admin = AdminServer.Configuration()
        admin.host = settings.adminHost
        admin.port = settings.adminPort
        admin.token = settings.adminToken?.revealed
        admin.readToken = settings.adminReadToken?.revealed
        self.admin = AdminServer(
            configuration: admin,
            inbox: work.inbox,
            readiness: { await readiness.reason() }
        ).service(group: eventLoopGroup, logger: logger) { port in
            ownListeners.add(host: settings.adminHost, port: port)
            logger.info("listening for the operator", metadata: ["host": "\(settings.adminHost)", "port": "\(port)"])
        }
    }
}

extension OwnListeners {
    /// The listeners as they are set; a port that is chosen at the start is added when it is bound.
    convenience init(_ settings: Settings) {
        self.init()
        add(host: settings.host, port: settings.port)
        add(host: settings.adminHost, port: settings.adminPort)
    }
}
