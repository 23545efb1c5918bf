public import Logging
public import LumbungCore
public import ServiceLifecycle

/// A durable inbox inside a program of one's own: sources take events in, handlers work them off.
///
/// Durability: an event that ``accept(_:)`` reports as accepted was flushed to disk and will run, over any number of
/// restarts. Delivery: a handler runs at least once for each event, and again when it failed, when it did not end within its
/// time even if it succeeds later, and when the process died or was stopped in the middle of it; ``Delivery/identity`` lets
/// it drop the rare repeat.
///
/// ```swift
/// let inbox = try await Inbox(store: store, logger: logger) { setup in
///     setup.source(Source(name: "accurate"))
///     setup.handler("importer") { delivery in
///         try await importReceipt(try delivery.decode(Receipt.self), key: delivery.identity)
///     }
/// }
/// ```
///
/// Run it as a service beside the program's server. Watch ``failure()``: when it tells a reason, the disk has failed and the
/// process should end.
public struct Inbox: Service {
    /// What requests are handed to, by listeners that want a reply in a callback; ``accept(_:)`` is the same for tasks.
    public let intake: Intake
    private let engine: Engine
    private let store: any InboxStore

    /// Opens an inbox: recovers what an earlier process left, and gives the handlers their numbers in the store.
    /// - Parameters:
    ///   - store: A store that nobody else uses; closed by ``close()``.
    ///   - configuration: Workers, buffer, grace and retention.
    ///   - environment: Clocks and dice; tests bring their own.
    ///   - patience: How long a commit may wait before a sender is refused.
    ///   - logger: Where failures are told.
    ///   - setUp: Registers sources and handlers.
    /// - Throws: ``StoreError``, ``InboxSetupError``, or what `setUp` throws.
    public init(
        store: any InboxStore,
        configuration: EngineConfiguration = EngineConfiguration(),
        environment: EngineEnvironment = .system,
        patience: Duration = .seconds(5),
        logger: Logger,
        setUp: (inout InboxSetup) throws -> Void
    ) async throws {
        var setup = InboxSetup(wallClock: environment.wallClock)
        try setUp(&setup)
        try setup.check()
        let report = try await store.recover(now: environment.wallClock())
        for remark in report.remarks {
            logger.critical("look at the inbox before you go on", metadata: ["remark": "\(remark)"])
        }
        let numbers = try await store.register(destinations: setup.handlers.map(\.name))
        SetAsideReport.tell(report, numbers: numbers, logger: logger)
        let destinations = setup.handlers.compactMap { handler in numbers[handler.name].map { ($0, handler) } }
        self.store = store
        engine = Engine(
            store: store, destinations: Dictionary(destinations) { first, _ in first }, configuration: configuration,
            environment: environment, logger: logger)
        let routes = setup.sources.map { entry in
            (
                source: entry.source,
                destinations: (entry.handlers ?? setup.handlers.map(\.name)).compactMap { numbers[$0] }
            )
        }
        intake = Intake(store: store, routes: routes, patience: patience, committed: engine.committed)
    }

    /// Stores the events of a request.
    ///
    /// Durability: the reply says accepted only after the commit was flushed.
    public func accept(_ request: IngestRequest) async -> IngestReply {
        await withCheckedContinuation { continuation in
            intake.accept(request) { continuation.resume(returning: $0) }
        }
    }

    /// Works the inbox off until a graceful shutdown.
    public func run() async throws {
        try await engine.run()
        await engine.shutdown()
    }

    /// Returns once the store has stopped for good because of an I/O error, with the reason; or when it was closed, with nil.
    public func failure() async -> String? {
        await store.failure()
    }

    /// Closes the store; to be called once, after ``run()`` has returned.
    public func close() async {
        await store.close()
    }
}
