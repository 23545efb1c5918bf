public import Logging
public import LumbungCore
public import ServiceLifecycle

/// Works an inbox off: claims due deliveries, runs their attempts, records the results, prunes what is old.
///
/// Delivery: every stored delivery is attempted at least once and ends as completed or dead, over any number of restarts.
/// Run it as a service; on a graceful shutdown it claims nothing more, lets running attempts finish within the grace
/// time, hands back the rest and returns.
public struct Engine: Service {
    private let store: any InboxStore
    private let configuration: EngineConfiguration
    private let environment: EngineEnvironment
    private let bell = WakeSignal()
    private let dispatcher: Dispatcher
    private let replayBell = WakeSignal()
    private let logger: Logger

    /// Makes an engine.
    /// - Parameters:
    ///   - store: A store whose ``InboxStore/recover(now:)`` was called.
    ///   - destinations: The configured destinations by the numbers the store gave them.
    ///   - configuration: Workers, buffer, grace and retention.
    ///   - environment: Clocks and dice.
    ///   - logger: Where failures are told.
    public init(
        store: any InboxStore,
        destinations: [DestinationID: Destination],
        configuration: EngineConfiguration,
        environment: EngineEnvironment,
        logger: Logger
    ) {
        self.store = store
        self.configuration = configuration
        self.environment = environment
        self.logger = logger
        self.dispatcher = Dispatcher(
            store: store,
            destinations: destinations,
            configuration: configuration,
            environment: environment,
            bell: bell,
            logger: logger
        )
    }

    /// Tells the engine that new work was committed; cheap, from any thread.
    public var committed: @Sendable () -> Void {
        { [bell] in bell.ring() }
    }

    /// Tells the engine that a bulk replay began; cheap, from any thread.
    public var replaysChanged: @Sendable () -> Void {
        { [replayBell] in replayBell.ring() }
    }

    /// Takes other destinations in the place of the present ones, while attempts run.
    ///
    /// Delivery: no attempt is made, cut or counted because of this. Attempts that run end with the transport they began
    /// with; what no worker has begun runs under the new destination, or waits in the store when that is gone or paused.
    /// Deliveries to a destination that is gone wait until it is configured again. A transport that is not among the new
    /// ones any more is shut down after its last attempt, and must not be configured again.
    /// - Parameter destinations: The destinations from now on, by the numbers the store gave them. A copy of a present
    ///   one with other limits keeps its transport, and what is known of its health; one with another transport starts
    ///   as if it were new.
    public func reconfigure(_ destinations: [DestinationID: Destination]) async {
        let retired = await dispatcher.reconfigure(destinations)
        // Together, since a peer may take its time with the end of a connection.
        await withDiscardingTaskGroup { group in
            for transport in retired { group.addTask { await transport.retire() } }
        }
    }

    /// Lets go of what the transports hold open; to be called once, after ``run()`` has returned.
    public func shutdown() async {
        await reconfigure([:])
    }

    /// Works until a graceful shutdown or the end of the store.
    public func run() async throws {
        let (asked, stopped) = (WakeSignal(), WakeSignal())
        let maintenance = Maintenance(
            store: store, dispatcher: dispatcher, configuration: configuration, environment: environment,
            logger: logger, committed: committed
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await runWorkers(stopped: stopped) }
            group.addTask { await maintenance.run() }
            // A store that keeps no bulk replays is worked off without them.
            if let replayer { group.addTask { await replayer.run() } }
            group.addTask {
                // A graceful shutdown and the cancelling of the whole engine both mean stop. A bell of our own, since
                // `gracefulShutdown()` takes the news through a task that nobody waits for.
                await withGracefulShutdownHandler {
                    await asked.waitUnlessCancelled()
                } onGracefulShutdown: {
                    asked.ring()
                }
                await dispatcher.stop()
                stopped.ring()
            }
            await dispatcher.run()
            stopped.ring()
            group.cancelAll()
        }
    }

    private var replayer: Replayer? {
        (store as? any BulkReplayStore).map { store in
            Replayer(
                store: store, environment: environment, bell: replayBell,
                configured: { [dispatcher] in await dispatcher.configured }, committed: committed, logger: logger)
        }
    }

    /// Runs the workers, and cuts their attempts when the grace time after a stop is over.
    private func runWorkers(stopped: WakeSignal) async {
        let worker = Worker(
            dispatcher: dispatcher, environment: environment, logger: logger)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withTaskGroup(of: Void.self) { workers in
                    for _ in 0..<max(1, configuration.workerCount) { workers.addTask { await worker.run() } }
                }
            }
            group.addTask {
                await stopped.waitUnlessCancelled()
                try? await environment.clock.sleep(for: configuration.shutdownGrace)
            }
            // Whoever ends first ends the other: the workers the timer, the timer the attempts.
            await group.next()
            group.cancelAll()
        }
    }
}

// MARK: Steering

extension Engine {
    /// Pauses a destination or lets it go on, from the next turn on; attempts that were handed out already end as usual.
    ///
    /// Nothing of it is remembered over a restart: that is the store's part (``InboxOperations/pause(_:_:)``).
    public func pause(_ id: DestinationID, _ isPaused: Bool) async {
        await dispatcher.pause(id, isPaused)
    }

    /// How a destination stands in the engine now; nil for one that is not configured and to which no attempt runs.
    public func standing(of id: DestinationID) async -> DestinationStanding? {
        await dispatcher.standing(of: id)
    }
}
