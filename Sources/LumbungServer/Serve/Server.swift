import Glibc
import Logging
import LumbungCore
import LumbungHTTP
import LumbungKit
import LumbungObservability
import LumbungSQLite
import LumbungTransport
import NIOPosix
import ServiceLifecycle

/// The composition root of `lumbung serve`: makes every part, wires them by hand, runs them until a signal.
public struct Server: Sendable {
    private let configuration: LoadedConfiguration

    /// Makes a server from a valid configuration.
    public init(_ configuration: LoadedConfiguration) {
        self.configuration = configuration
    }

    /// Runs until SIGTERM or SIGINT.
    /// - Throws: ``ServerFailure`` with a line for the person who started it and the exit code.
    public func run() async throws(ServerFailure) {
        Signals.ignoreBrokenPipes()
        // The inbox holds other people's business data: its files are for their owner only.
        umask(0o077)
        let logs: Logs
        do {
            logs = try Logs(configuration.settings)
        } catch {
            throw ServerFailure("cannot start the log: \(error)")
        }
        defer { logs.close() }
        do {
            try await serve(logs)
        } catch let failure as ServerFailure {
            throw failure
        } catch let error as StoreError {
            throw ServerFailure("cannot start: \(error.sentence)")
        } catch {
            throw ServerFailure("\(error)")
        }
    }

    private func serve(_ logs: Logs) async throws {
        let threads = MultiThreadedEventLoopGroup.singleton
        let factory = DestinationFactory(
            logs: logs, eventLoopGroup: threads, workerCount: configuration.settings.workerCount,
            ownListeners: OwnListeners(configuration.settings))
        // What cannot be built is known before the inbox is touched: a start that fails here leaves no mark on it.
        let destinations = try factory.destinations(configuration.inbox)
        let store = try openStore()
        do {
            try await serve(store, factory: factory, destinations: destinations)
        } catch {
            await store.close()
            throw error
        }
    }

    private func serve(
        _ store: SQLiteInbox, factory: DestinationFactory, destinations: [String: MadeDestination]
    ) async throws {
        let logs = factory.logs
        let settings = configuration.settings
        let logger = logs.logger("lumbung")
        let recovery = try await recover(store, now: WallClock.now(), logger: logger)
        let numbers = try await store.register(destinations: configuration.inbox.destinations.map(\.name))
        SetAsideReport.tell(recovery, numbers: numbers, logger: logger)
        let secrets = SourceSecrets(store: store, kept: try await store.capturedSecrets())
        let wiring = try Wiring(
            configuration.inbox, numbers: numbers, destinations: destinations, captures: secrets.captures)
        let records = try await store.destinations()
        reportPaused(records, logger: logger)
        await Orphans.report(store, numbers: numbers, configured: Set(destinations.keys), logger: logger)
        try await reportQuarantine(store, logger: logger)
        let engine = Engine(
            store: store,
            destinations: wiring.destinations.held(by: records),
            configuration: engineConfiguration,
            environment: .system,
            logger: logs.logger("lumbung.engine")
        )
        let intake = Intake(
            store: store, sources: wiring.sources, uses: secrets.uses, patience: settings.busyTimeout,
            committed: engine.committed)
        let inForce = InForce(wiring.configured)
        let inbox = InboxOperator(
            store: store, engine: engine, secrets: secrets, configured: { inForce.now }, now: WallClock.now)
        let readiness = Readiness(store: store)
        let listeners = Listeners(
            settings: settings, work: ListenerWork(intake: intake, inbox: inbox, readiness: readiness), logs: logs,
            ownListeners: factory.ownListeners, eventLoopGroup: factory.eventLoopGroup)
        logger.info(
            "started",
            metadata: [
                "version": "\(LumbungVersion.text)", "boot_epoch": "\(recovery.bootEpoch)",
                "workers": "\(settings.workerCount)", "waiting": "\(recovery.waiting)",
            ])
        OpenSources.report(configuration.inbox, logger: logger)
        let group = ServiceGroup(
            configuration: groupConfiguration(engine: engine, listeners: listeners, uses: secrets.uses, logs: logs))
        defer { logger.info("stopped") }
        let reloader = Reloader(
            configuration, destinations: destinations,
            parts: .init(
                store: store, engine: engine, intake: intake, captures: secrets.captures, inForce: inForce,
                factory: factory, logger: logger))
        let ending: Result<Void, any Error>
        do {
            ending = .success(try await run(group, reloader, store: store, readiness: readiness, logs: logs))
        } catch {
            ending = .failure(error)
        }
        await engine.shutdown()
        try ending.get()
    }

    /// Runs the services beside the signals, and closes the store when the last service has ended.
    private func run(
        _ group: ServiceGroup, _ reloader: Reloader, store: SQLiteInbox, readiness: Readiness, logs: Logs
    ) async throws {
        let signals = Signals(
            logger: logs.logger("lumbung"),
            stop: {
                readiness.stop()
                await group.triggerGracefulShutdown()
            },
            reload: { await reloader.reload() },
            flush: { logs.close() }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await signals.run() }
            tasks.addTask {
                // Ends with nil when the store is closed below.
                guard await store.failure() != nil else { return }
                readiness.stop()
                await group.triggerGracefulShutdown()
            }
            defer { tasks.cancelAll() }
            let ending: Result<Void, any Error>
            do {
                ending = .success(try await group.run())
            } catch {
                ending = .failure(error)
            }
            await store.close()
            if let reason = await store.failure() { throw ServerFailure.storeStopped(reason) }
            try ending.get()
        }
    }

    private func openStore() throws -> SQLiteInbox {
        switch configuration.settings.databaseURL {
        case .sqlite(let path):
            return try SQLiteInbox(SQLiteOptions(path: path, busyTimeout: configuration.settings.busyTimeout))
        }
    }

    private func recover(_ store: SQLiteInbox, now: Timestamp, logger: Logger) async throws -> RecoveryReport {
        let report = try await store.recover(now: now)
        for remark in report.remarks {
            logger.critical("look at the inbox before you go on", metadata: ["remark": "\(remark)"])
        }
        if report.interrupted > 0 {
            logger.warning(
                "attempts ended together with an earlier process; they run again",
                metadata: ["count": "\(report.interrupted)"])
        }
        return report
    }

    /// Tells which destinations an operator paused in an earlier process.
    private func reportPaused(_ records: [DestinationRecord], logger: Logger) {
        for record in records where record.isPaused {
            logger.warning(
                "an operator has paused this destination; its events wait until it is resumed",
                metadata: ["destination": "\(record.name)", "count": "\(record.open)"])
        }
    }

    /// Tells that requests of an earlier process wait for a person.
    private func reportQuarantine(_ store: SQLiteInbox, logger: Logger) async throws {
        let page = try await store.quarantined(QuarantineQuery(limit: QuarantineQuery.longestPage))
        guard !page.items.isEmpty else { return }
        let sources = Set(page.items.map(\.request.source)).sorted().joined(separator: ", ")
        logger.warning(
            "requests that failed their check wait in quarantine; `lumbung quarantine list` tells why",
            metadata: ["count": "\(page.items.count)\(page.next == nil ? "" : " or more")", "sources": "\(sources)"])
    }

    private var engineConfiguration: EngineConfiguration {
        let settings = configuration.settings
        return EngineConfiguration(
            workerCount: settings.workerCount,
            queueBuffer: settings.queueBuffer,
            shutdownGrace: .seconds(settings.shutdownGraceSeconds),
            retention: settings.retention
        )
    }

    /// The services in the order of dependence; they are stopped from the last to the first: no new requests, then no
    /// new attempts, and health until the end.
    private func groupConfiguration(
        engine: Engine, listeners: Listeners, uses: SecretUses, logs: Logs
    ) -> ServiceGroupConfiguration {
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: uses, successTerminationBehavior: .ignore),
                .init(service: listeners.admin, failureTerminationBehavior: .gracefullyShutdownGroup),
                .init(
                    service: engine, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: listeners.ingest, failureTerminationBehavior: .gracefullyShutdownGroup),
            ],
            logger: logs.logger("lumbung.lifecycle")
        )
        // Requests may take their 30 s, then the attempts their grace; a margin keeps the orderly end the usual one.
        group.maximumGracefulShutdownDuration = .seconds(configuration.settings.shutdownGraceSeconds + 35)
        return group
    }
}

extension Settings {
    /// How long finished events are kept.
    var retention: RetentionPolicy {
        RetentionPolicy(
            finished: .seconds(retentionDays * 86_400), dead: .seconds(deadRetentionDays * 86_400))
    }
}
