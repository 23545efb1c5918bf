import Logging
import LumbungCore
import LumbungKit
import LumbungTesting
import ServiceLifecycle

/// An engine on a fake store, clock and transport, run as a service and stopped at the end.
struct EngineBench {
    let store: MemoryInbox
    let clock = TestClock()
    let time = ManualTime()
    let transport: FakeTransport
    var configuration = EngineConfiguration(workerCount: 2, shutdownGrace: .seconds(30))
    var retry = RetryPolicy()
    var rate: DeliveryRate?
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    /// More destinations than `app`, with the same transport.
    var others: [String] = []

    init(store: MemoryInbox = MemoryInbox(), transport: FakeTransport = FakeTransport()) {
        self.store = store
        self.transport = transport
    }

    /// The destination `app`, registered.
    func destination() async throws -> DestinationID {
        let numbers = try await store.register(destinations: ["app"])
        return numbers["app"] ?? DestinationID(0)
    }

    /// Runs the engine while `body` runs, then stops it in order.
    func run(
        _ body: (DestinationID, @Sendable () -> Void) async throws -> Void,
        whileStopping: () async throws -> Void = {}
    ) async throws {
        let id = try await destination()
        _ = try await store.recover(now: time.now)
        let numbers = try await store.register(destinations: others)
        let destinations = numbers.map { name, number in
            (number, Destination(name: name, transport: transport, retry: retry, rate: rate))
        }
        try await run(
            Dictionary(uniqueKeysWithValues: destinations), { try await body(id, $0.committed) },
            whileStopping: whileStopping)
    }

    /// Runs an engine with destinations of the test's own while `body` runs, then stops it in order.
    func run(
        _ destinations: [DestinationID: Destination], _ body: (Engine) async throws -> Void,
        whileStopping: () async throws -> Void = {}
    ) async throws {
        let engine = Engine(
            store: store,
            destinations: destinations,
            configuration: configuration,
            environment: EngineEnvironment(wallClock: { [time] in time.now }, clock: clock, jitter: { 1 }),
            logger: logger
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: engine)], logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body(engine)
            await group.triggerGracefulShutdown()
            try await whileStopping()
            try await tasks.waitForAll()
        }
    }

    /// Stores events for a destination and rings the bell.
    func queue(_ identities: [String], to id: DestinationID, committed: @Sendable () -> Void) async throws {
        _ = try await store.append(identities.map { NewEvent.sample($0, receivedAt: time.now, to: [id]) })
        committed()
    }

    /// Waits until the model says so.
    func wait(until condition: @escaping @Sendable (InboxModel) -> Bool) async {
        await store.wait(until: condition)
    }

    /// Moves the clock on whenever the replayer sleeps beside the maintenance, until the model says so.
    func advance(until condition: @escaping @Sendable (InboxModel) -> Bool) async {
        while !Task.isCancelled, !condition(store.model) {
            if clock.sleeperCount >= 2 { clock.advanceToNextSleeper() }
            await Task.yield()
        }
    }
}
