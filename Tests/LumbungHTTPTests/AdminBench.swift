import Foundation
import Logging
import LumbungCore
import LumbungKit
import LumbungTesting
import NIOPosix
import Testing

@testable import LumbungHTTP

/// An admin listener on 127.0.0.1 over a scripted store, with the destinations `app`, `held` (paused in the file) and
/// `gone` (not configured any more).
struct AdminBench {
    static let app = DestinationID(1)
    static let held = DestinationID(2)
    static let gone = DestinationID(3)

    let store = OperationsStore()
    let transport = FakeTransport()
    let log = LogLines(from: .notice)
    var token: String?
    var readToken: String?

    init(token: String? = nil, readToken: String? = nil) {
        self.token = token
        self.readToken = readToken
        store.set { state in
            state.records = [
                DestinationRecord(id: Self.app, name: "app", isPaused: false, open: 4),
                DestinationRecord(id: Self.held, name: "held", isPaused: false, open: 0),
                DestinationRecord(id: Self.gone, name: "gone", isPaused: false, open: 7),
            ]
        }
    }

    /// The operator that the listener asks.
    var inbox: InboxOperator {
        let destinations = [
            Self.app: Destination(name: "app", transport: transport),
            Self.held: Destination(name: "held", transport: transport, isPaused: true),
        ]
        let engine = Engine(
            store: store, destinations: destinations, configuration: EngineConfiguration(),
            environment: EngineEnvironment(wallClock: { NewEvent.sampleTime }, jitter: { 1 }),
            logger: Logger(label: "engine") { _ in SwiftLogNoOpLogHandler() })
        let routes = RouteTable([(RouteRule(types: [TypePattern("SALES_*")]), [Self.app])])
        let configured = ConfiguredInbox(
            destinations: destinations, sources: [(source: Source(name: "shop"), routes: routes)])
        return InboxOperator(
            store: store, engine: engine, configured: { configured }, now: { NewEvent.sampleTime })
    }

    /// Puts an event into the store.
    @discardableResult func put(
        _ id: Int64, payload: String = #"{"type":"SALES_RECEIPT"}"#, headers: String = "{}",
        history: StoredEvent.History = .init(isUnrouted: false, duplicates: 0, deliveries: [], conflicts: [])
    ) -> StoredEvent {
        let event = StoredEvent(
            event: LeasedEvent(
                id: EventID(id), source: "shop", identity: "uuid-\(id)", type: "T",
                content: EventContent(payload: Array(payload.utf8), digest: [], headers: headers)),
            status: .dead, attempts: 2, createdAt: NewEvent.sampleTime, updatedAt: NewEvent.sampleTime,
            history: history)
        store.set { $0.events[event.event.id] = event }
        return event
    }

    /// Serves while `body` asks.
    func serving(_ body: (AdminAsker) async throws -> Void) async throws {
        var configuration = AdminServer.Configuration()
        (configuration.port, configuration.token, configuration.readToken) = (0, token, readToken)
        let server = AdminServer(configuration: configuration, inbox: inbox) { nil }
        let log = log
        try await LoopbackTests.serving(server, logger: log.logger) { port, _ in
            try await body(AdminAsker(port: port))
        }
    }
}

/// Sends requests to an admin listener.
struct AdminAsker {
    let port: Int

    struct Reply {
        let status: Int
        let fields: [String: String]
        let body: String

        /// The body as a JSON object.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        }

        var detail: String { json["detail"] as? String ?? "" }
    }

    func callAsFunction(
        _ method: String, _ path: String, _ body: String? = nil, host: String = "127.0.0.1:9001", fields: [String] = []
    ) async throws -> Reply {
        let length = body.map { ["Content-Length: \($0.utf8.count)"] } ?? []
        let head = ["\(method) \(path) HTTP/1.1", "Host: \(host)", "Connection: close"] + length + fields
        let text = try await LoopbackTests.exchange(
            port, head.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""), halfClose: false)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n")
        let pairs = lines.dropFirst().map { line in
            let pair = line.split(separator: ":", maxSplits: 1)
            return (pair[0].lowercased(), pair.count > 1 ? pair[1].drop { $0 == " " } : "")
        }
        return Reply(
            status: Int(lines[0].split(separator: " ")[1]) ?? 0,
            fields: Dictionary(pairs.map { ($0, String($1)) }) { $1 }, body: parts.count > 1 ? String(parts[1]) : "")
    }
}
