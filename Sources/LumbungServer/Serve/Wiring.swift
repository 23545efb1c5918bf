import LumbungCore
import LumbungKit
import LumbungSignatures

/// The configuration's sources, destinations and routes as the engine takes them.
struct Wiring {
    let destinations: [DestinationID: Destination]
    let sources: [(source: Source, routes: RouteTable)]

    init(
        _ inbox: InboxConfiguration, numbers: [String: DestinationID], destinations made: [String: MadeDestination],
        captures: SecretCaptures
    ) throws(ServerFailure) {
        let numbered = made.compactMap { name, made in numbers[name].map { ($0, made.destination) } }
        destinations = Dictionary(numbered) { first, _ in first }
        let orders = try Self.orders(inbox.destinations, numbers)
        var sources: [(source: Source, routes: RouteTable)] = []
        for configured in inbox.sources {
            let routes = inbox.routes.filter { $0.sources.contains(configured.name) }
            sources.append(
                (try Self.source(configured, captures: captures), Self.table(of: routes, numbers, orders: orders)))
        }
        self.sources = sources
    }

    /// What an operator works with.
    var configured: ConfiguredInbox { ConfiguredInbox(destinations: destinations, sources: sources) }

    /// The routes of one source.
    static func table(
        of routes: [RouteConfiguration], _ numbers: [String: DestinationID], orders: [DestinationID: OrderRule] = [:]
    ) -> RouteTable {
        let rows = routes.map { route in
            let rule = RouteRule(
                types: route.types.map(\.value), tenants: route.tenants.map(\.value),
                conditions: route.conditions.map(\.value))
            return (rule, route.destinations.compactMap { numbers[$0] })
        }
        return RouteTable(rows, orders: orders)
    }

    /// The destinations that keep an order.
    private static func orders(
        _ destinations: [DestinationConfiguration], _ numbers: [String: DestinationID]
    ) throws(ServerFailure) -> [DestinationID: OrderRule] {
        var orders: [DestinationID: OrderRule] = [:]
        for destination in destinations {
            guard let order = destination.order, let number = numbers[destination.name] else { continue }
            let key: OrderRule.Key =
                switch order.key {
                case .json(let text): .json(try pointer(text))
                case .tenant: .tenant
                }
            orders[number] = OrderRule(by: key, deadBlocks: order.deadBlocks)
        }
        return orders
    }

    static func source(
        _ configured: SourceConfiguration, captures: SecretCaptures = SecretCaptures()
    ) throws(ServerFailure) -> Source {
        var source = Source(
            name: configured.name, identity: configured.identity, type: configured.type,
            maxBodyBytes: configured.maxBodyBytes, resendRevives: configured.resendRevives)
        source.tenant = configured.tenant
        source.time = configured.time
        source.split = configured.split
        source.formats = configured.formats
        if configured.capturesSecret {
            source.capture = SecretCapture(rules: configured.verification.map(\.rule), captures: captures)
        } else {
            source.verifier = try verifier(configured)
        }
        source.provenAs = configured.provenAs
        source.access.allow = configured.allow.isEmpty ? nil : configured.allow
        source.access.token = configured.token.map { AccessToken($0.revealed) }
        source.access.rate = configured.rate
        source.answerStatus = configured.answerStatus
        source.quarantine = configured.quarantine
        source.publicURL = configured.publicURL
        source.handshakes = configured.handshakes
        source.handshakeKeys.verifyToken = configured.verifyToken.map { Array($0.revealed.utf8) }
        source.handshakeKeys.secrets = configured.secrets.map { Array($0.revealed.utf8) }
        return source
    }

    private static func verifier(_ configured: SourceConfiguration) throws(ServerFailure) -> Verifier {
        do throws(VerifierError) {
            return try Verifier(configured.verification.map(\.keyed))
        } catch {
            throw ServerFailure("the source \(configured.name): \(error)", exitCode: 78)
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
