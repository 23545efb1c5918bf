import Logging
import LumbungCore
import LumbungKit
import LumbungTesting
import ServiceLifecycle
import Synchronization
import Testing

/// An inbox as a program embeds it.
@Suite(.timeLimit(.minutes(1))) struct InboxTests {
    private struct Receipt: Decodable {
        var uuid: String
        var total: Int
    }

    /// What handlers saw.
    private final class Seen: Sendable {
        let entries = Mutex<[String]>([])

        func note(_ text: String) {
            entries.withLock { $0.append(text) }
        }
    }

    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func open(
        _ store: MemoryInbox, _ setUp: (inout InboxSetup) throws -> Void
    ) async throws -> Inbox {
        let environment = EngineEnvironment(wallClock: { NewEvent.sampleTime }, jitter: { 0 })
        return try await Inbox(store: store, environment: environment, logger: quiet, setUp: setUp)
    }

    /// Runs an inbox while `body` runs.
    private static func running(_ inbox: Inbox, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: inbox)], logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await inbox.close()
    }

    private static func post(_ body: String, to inbox: Inbox, source: String = "shop") async -> Int {
        let request = IngestRequest(
            source: source, headers: [], body: Array(body.utf8), receivedAt: NewEvent.sampleTime)
        switch await inbox.accept(request) {
        case .accepted(let receipt): return receipt.items.count
        case .handshake(let answer): return answer.status
        case .quarantined(let receipt): return receipt.answerStatus
        case .refused(let problem): return -problem.status
        }
    }

    @Test func `a handler completes its delivery together with its writes, once`() async throws {
        let (store, seen) = (MemoryInbox(), Seen())
        let inbox = try await Self.open(store) { setup in
            setup.source(Source(name: "shop"))
            setup.handler("ledger") { delivery in
                try await delivery.withTransaction(in: store) { $0.write(delivery.identity) }
                seen.note("\(store.model.statusCounts())")
                await #expect(throws: LeaseLost()) {
                    try await delivery.withTransaction(in: store) { $0.write("twice") }
                }
                // Too late: it is completed, and this is no failure any more.
                throw Permanent("after all")
            }
        }
        try await Self.running(inbox) {
            #expect(await Self.post(#"{"uuid":"one"}"#, to: inbox) == 1)
            await store.wait { $0.statusCounts() == [.completed: 1] }
        }
        #expect(store.model.effects == ["one"])
        #expect(seen.entries.withLock { $0 } == ["[LumbungCore.EventStatus.completed: 1]"])
        let delivery = try #require(store.model.events.first?.deliveries.first)
        #expect(delivery.history.map(\.outcome) == [.delivered] && delivery.status == .completed)
    }

    @Test func `what a handler wrote is gone when it fails, and is made by the next attempt`() async throws {
        let (store, seen) = (MemoryInbox(), Seen())
        let inbox = try await Self.open(store) { setup in
            setup.source(Source(name: "shop"))
            setup.handler("ledger") { delivery in
                try await delivery.withTransaction(in: store) { transaction in
                    transaction.write("attempt \(delivery.attempt)")
                    if delivery.attempt == 1 { throw CancellationError() }
                }
            }
        }
        try await Self.running(inbox) {
            #expect(await Self.post(#"{"uuid":"one"}"#, to: inbox) == 1)
            await store.wait { $0.statusCounts() == [.completed: 1] }
        }
        #expect(store.model.effects == ["attempt 2"])
        seen.note("")
        #expect(store.model.events.first?.deliveries.first?.history.map(\.outcome) == [.failed, .delivered])
    }

    @Test(arguments: [-3600, 3600])
    func `a handler that completes by itself ends by the clock of now`(jump: Int64) async throws {
        let (store, time) = (MemoryInbox(), ManualTime())
        let environment = EngineEnvironment(wallClock: { time.now }, jitter: { 0 })
        let inbox = try await Inbox(store: store, environment: environment, logger: Self.quiet) { setup in
            setup.source(Source(name: "shop"))
            setup.handler("ledger") { delivery in
                time.advance(by: .seconds(jump))
                try await delivery.withTransaction(in: store) { $0.write(delivery.identity) }
            }
        }
        try await Self.running(inbox) {
            #expect(await Self.post(#"{"uuid":"one"}"#, to: inbox) == 1)
            await store.wait { $0.statusCounts() == [.completed: 1] }
            let stored = try await store.event(EventID(1))
            #expect(stored?.updatedAt == time.now)
        }
    }

    @Test func `a worker is free again after its handler completed by itself`() async throws {
        let store = MemoryInbox()
        let inbox = try await Self.open(store) { setup in
            setup.source(Source(name: "shop"))
            setup.handler("ledger", concurrency: 1) { delivery in
                try await delivery.withTransaction(in: store) { $0.write(delivery.identity) }
            }
        }
        try await Self.running(inbox) {
            for index in 0..<20 { #expect(await Self.post("{\"uuid\":\"\(index)\"}", to: inbox) == 1) }
            await store.wait { $0.statusCounts() == [.completed: 20] }
        }
        #expect(store.model.effects.count == 20)
    }

    @Test func `a handler gets the event, typed if it likes`() async throws {
        let (store, seen) = (MemoryInbox(), Seen())
        let inbox = try await Self.open(store) { setup in
            setup.source(Source(name: "shop"))
            setup.handler("importer") { delivery in
                let receipt = try delivery.decode(Receipt.self)
                seen.note("\(delivery.id) \(delivery.identity) \(receipt.total) \(delivery.attempt) \(delivery.source)")
            }
        }
        try await Self.running(inbox) {
            #expect(await Self.post(#"{"uuid":"a","total":7}"#, to: inbox) == 1)
            #expect(await Self.post("{", to: inbox) == -400)
            #expect(await Self.post("{}", to: inbox, source: "none") == -404)
            await store.wait { $0.statusCounts() == [.completed: 1] }
        }
        #expect(seen.entries.withLock { $0 } == ["1 a 7 1 shop"])
    }

    @Test func `an error is tried again, and Permanent gives up at once`() async throws {
        let (store, seen) = (MemoryInbox(), Seen())
        let inbox = try await Self.open(store) { setup in
            setup.source(Source(name: "shop"))
            setup.handler("flaky") { delivery in
                seen.note("\(delivery.identity) \(delivery.attempt)")
                if delivery.identity == "never" { throw Permanent("no such receipt") }
                if delivery.attempt < 3 { throw StoreError.busy }
            }
        }
        try await Self.running(inbox) {
            _ = await Self.post(#"[{"uuid":"later"},{"uuid":"never"}]"#, to: inbox)
            await store.wait { $0.statusCounts() == [.completed: 1, .dead: 1] }
        }
        #expect(seen.entries.withLock { $0 }.sorted() == ["later 1", "later 2", "later 3", "never 1"])
        let dead = store.model.events.first { $0.status == .dead }
        #expect(dead?.deliveries.first?.lastError == "no such receipt")
    }

    @Test func `a handler that takes too long is cancelled and has failed`() async throws {
        let store = MemoryInbox()
        let inbox = try await Self.open(store) { setup in
            setup.source(Source(name: "shop"))
            setup.handler("slow", retry: RetryPolicy(attempts: 1), timeout: .milliseconds(10)) { _ in
                try await ContinuousClock().sleep(for: .seconds(3600))
            }
        }
        try await Self.running(inbox) {
            _ = await Self.post(#"{"uuid":"a"}"#, to: inbox)
            await store.wait { $0.statusCounts() == [.dead: 1] }
        }
        #expect(store.model.events.first?.deliveries.first?.history.map(\.outcome) == [.timeout])
    }

    @Test func `a source goes to the handlers it names`() async throws {
        let (store, seen) = (MemoryInbox(), Seen())
        let inbox = try await Self.open(store) { setup in
            setup.source(Source(name: "shop"), to: ["one"])
            setup.source(Source(name: "all"))
            for name in ["one", "two"] { setup.handler(name) { seen.note("\(name) \($0.identity)") } }
        }
        try await Self.running(inbox) {
            _ = await Self.post(#"{"uuid":"a"}"#, to: inbox)
            _ = await Self.post(#"{"uuid":"b"}"#, to: inbox, source: "all")
            await store.wait { $0.statusCounts() == [.completed: 2] }
        }
        #expect(seen.entries.withLock { $0 }.sorted() == ["one a", "one b", "two b"])
    }

    @Test func `what is registered twice or not at all is refused`() async throws {
        await #expect(throws: InboxSetupError.handlerTwice("a")) {
            _ = try await Self.open(MemoryInbox()) { setup in
                setup.handler("a") { _ in }
                setup.handler("a") { _ in }
            }
        }
        await #expect(throws: InboxSetupError.noHandler("b", source: "shop")) {
            _ = try await Self.open(MemoryInbox()) { $0.source(Source(name: "shop"), to: ["b"]) }
        }
        await #expect(throws: InboxSetupError.sourceTwice("shop")) {
            _ = try await Self.open(MemoryInbox()) { setup in
                for _ in 0..<2 { setup.source(Source(name: "shop")) }
            }
        }
    }
}
