import LumbungCore
import LumbungKit
import LumbungTransport
import NIOCore

/// The configuration's sources, destinations and routes as the engine takes them.
struct Wiring {
    let destinations: [DestinationID: Destination]
    let sources: [(source: Source, routes: RouteTable)]

    /// What destinations are built from.
    struct Parts {
        var logs: Logs
        var eventLoopGroup: any EventLoopGroup
        var workerCount: Int
    }

    init(
        _ inbox: InboxConfiguration, numbers: [String: DestinationID], parts: Parts
    ) throws(ServerFailure) {
        var destinations: [DestinationID: Destination] = [:]
        for configured in inbox.destinations {
            guard let number = numbers[configured.name] else { continue }
            destinations[number] = try Self.destination(configured, parts)
        }
        self.destinations = destinations
        var sources: [(source: Source, routes: RouteTable)] = []
        for configured in inbox.sources {
            let routes = inbox.routes.filter { $0.sources.contains(configured.name) }
            sources.append((try Self.source(configured), Self.table(of: routes, numbers)))
        }
        self.sources = sources
    }

    /// The routes of one source.
    static func table(of routes: [RouteConfiguration], _ numbers: [String: DestinationID]) -> RouteTable {
        RouteTable(
            routes.map { route in
                let rule = RouteRule(types: route.types.map(\.value), conditions: route.conditions.map(\.value))
                return (rule, route.destinations.compactMap { numbers[$0] })
            })
    }

    /// Lets go of the connections to every destination; after the last attempt.
    func shutdown() async {
        for destination in destinations.values { await destination.transport.shutdown() }
    }

    private static func destination(
        _ configured: DestinationConfiguration, _ parts: Parts
    ) throws(ServerFailure) -> Destination {
        Destination(
            name: configured.name,
            transport: try transport(configured, parts),
            retry: RetryPolicy(
                attempts: configured.retry.attempts,
                first: configured.retry.firstWait,
                longest: configured.retry.longestWait
            ),
            concurrency: configured.concurrency,
            isPaused: configured.isPaused
        )
    }

    private static func transport(
        _ configured: DestinationConfiguration, _ parts: Parts
    ) throws(ServerFailure) -> any Transport {
        switch configured.kind {
        case .log:
            return LogTransport(logger: parts.logs.logger("lumbung.destination.\(configured.name)"))
        case .http(let http):
            return try self.http(http, configured, parts)
        }
    }

    private static func http(
        _ http: HTTPDestinationConfiguration, _ configured: DestinationConfiguration, _ parts: Parts
    ) throws(ServerFailure) -> any Transport {
        do throws(HTTPDestinationError) {
            var destination = try HTTPDestination(
                url: http.url, headers: http.headers.map { ($0.name, $0.value.revealed) })
            destination.timeout = http.timeout
            destination.allowPrivate = http.allowPrivate
            destination.concurrency = configured.concurrency ?? parts.workerCount
            destination.userAgent = "Lumbung/\(LumbungVersion.text)"
            return HTTPTransport(destination: destination, eventLoopGroup: parts.eventLoopGroup)
        } catch {
            throw ServerFailure("destination \(configured.name): \(error)", exitCode: 78)
        }
    }

    private static func source(_ configured: SourceConfiguration) throws(ServerFailure) -> Source {
        Source(
            name: configured.name,
            identity: try configured.identity.map { rule throws(ServerFailure) in
                switch rule {
                case .json(let text): .json(try pointer(text))
                case .header(let name): .header(name)
                case .sha256: .sha256
                }
            },
            type: try type(configured.type),
            maxBodyBytes: configured.maxBodyBytes,
            resendRevives: configured.resendRevives
        )
    }

    private static func type(_ rule: TypeRule) throws(ServerFailure) -> LumbungKit.TypeRule {
        switch rule {
        case .json(let text): .json(try pointer(text))
        case .header(let name): .header(name)
        case .text(let text): .text(text)
        }
    }

    private static func pointer(_ text: String) throws(ServerFailure) -> JSONPointer {
        do throws(JSONPointerError) {
            return try JSONPointer(text)
        } catch {
            throw ServerFailure("json:\(text): \(error)", exitCode: 78)
        }
    }
}
