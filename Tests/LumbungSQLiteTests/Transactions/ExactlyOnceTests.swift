import Foundation
import GRDB
import Logging
import LumbungCore
import LumbungKit
import LumbungSQLite
import LumbungTesting
import ServiceLifecycle
import Synchronization
import Testing

/// Processes that are killed in the middle of handlers which write to the inbox's own database (PROMISES 4).
@Suite(.timeLimit(.minutes(2))) struct ExactlyOnceTests {
    private static let events = 120
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Where the process is killed, at the handler of a certain number.
    private enum Place: CaseIterable {
        /// Inside the transaction, with the write made.
        case inside
        /// When both are committed and the engine does not know yet.
        case after
        /// Before the transaction.
        case before
    }

    /// Works the inbox off, and kills the process at a handler, or returns when everything is done.
    private static func work(_ path: String, killAt limit: Int?, _ place: Place) async throws {
        let store = try SQLiteInbox(SQLiteOptions(path: path))
        let handled = Mutex(0)
        let (done, finish) = AsyncStream.makeStream(of: Void.self)
        let kill: @Sendable (Int, Place) -> Void = { number, here in
            if number == limit, here == place { _ = Glibc.kill(getpid(), SIGKILL) }
        }
        let inbox = try await Inbox(store: store, logger: quiet) { setup in
            setup.handler("ledger") { delivery in
                let number = handled.withLock { count in
                    count += 1
                    return count
                }
                kill(number, .before)
                try await delivery.withTransaction(in: store) { database in
                    try database.execute(sql: "INSERT INTO ledger (uuid) VALUES (?)", arguments: [delivery.identity])
                    kill(number, .inside)
                }
                kill(number, .after)
                if try await isDone(store) { finish.yield() }
            }
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: inbox)], logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            if try await !isDone(store) { for await _ in done { break } }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await inbox.close()
    }

    /// Whether nothing waits or runs; an event that met three of the kills is set aside (PROMISES 11).
    private static func isDone(_ store: SQLiteInbox) async throws -> Bool {
        let counts = try await store.statusCounts()
        return counts[.completed, default: 0] + counts[.dead, default: 0] == events
    }

    /// Stores the events and makes the handlers' table.
    private static func fill(_ path: String) async throws {
        let store = try SQLiteInbox(SQLiteOptions(path: path))
        let id = try #require(try await store.register(destinations: ["ledger"])["ledger"])
        try await store.write { try $0.execute(sql: "CREATE TABLE ledger (uuid TEXT NOT NULL)") }
        _ = try await store.append((0..<events).map { .sample("e\($0)", to: [id]) })
        await store.close()
    }

    @Test func `over kills in every place each event is written once`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lumbung-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("webhook.db").path
        try await Self.fill(path)
        for (round, place) in (Place.allCases + Place.allCases).enumerated() {
            let number = Place.allCases.firstIndex(of: place) ?? 0
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, number = number as Int, round = round as Int] in
                try await Self.work(path, killAt: 7 + round, Place.allCases[number])
            }
        }
        try await Self.work(path, killAt: nil, .before)
        let file = try DatabaseQueue(path: path)
        let written = try await file.read { try String.fetchAll($0, sql: "SELECT uuid FROM ledger ORDER BY uuid") }
        let completed = try await file.read {
            try String.fetchAll($0, sql: "SELECT uuid FROM webhook_queue WHERE status = 'completed' ORDER BY uuid")
        }
        #expect(written == completed && completed.count >= Self.events - 2)
    }
}
