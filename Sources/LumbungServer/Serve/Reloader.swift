import Logging
import LumbungCore
import LumbungKit
import NIOPosix

/// Reads the configuration anew and puts its sources, destinations and routes in force, while everything runs.
///
/// All or nothing: a configuration that cannot be used as a whole is reported and changes nothing. No request is refused
/// and no attempt is cut for a reload. Settings stay as they were at the start.
actor Reloader {
    /// What a reload works on.
    struct Parts {
        var store: any InboxOperations
        var engine: Engine
        var intake: Intake
        var captures: SecretCaptures
        var inForce: InForce
        var factory: DestinationFactory
        var logger: Logger
    }

    /// A configuration that can be used.
    private struct Candidate {
        var loaded: LoadedConfiguration
        var destinations: [String: MadeDestination]
    }

    /// Why a configuration cannot be used.
    private struct Refusal: Error {
        var problems: [String]
    }

    private let parts: Parts
    /// What the server was started with.
    private let start: LoadedConfiguration
    private var inbox: InboxConfiguration
    private var destinations: [String: MadeDestination]

    /// Takes over what is in force.
    /// - Parameters:
    ///   - start: What the server was started with.
    ///   - destinations: The destinations that were made out of it.
    ///   - parts: What takes a reload.
    init(_ start: LoadedConfiguration, destinations: [String: MadeDestination], parts: Parts) {
        self.start = start
        self.inbox = start.inbox
        self.destinations = destinations
        self.parts = parts
    }

    /// Reloads once, and tells in the log what came of it; not to be called again before it returns.
    func reload() async {
        let candidate: Candidate
        let numbers: [String: DestinationID]
        let wiring: Wiring
        let records: [DestinationRecord]
        do throws(Refusal) {
            candidate = try await read()
            numbers = try await register(candidate)
            wiring = try wire(candidate, numbers)
            records = try await self.records()
        } catch {
            for problem in error.problems {
                parts.logger.error("the new configuration cannot be used", metadata: ["problem": "\(problem)"])
            }
            parts.logger.error("the configuration was not changed")
            return
        }
        // The intake first: nothing more comes for a destination that goes, and what comes for a new one waits in the
        // store until the engine looks, which is at once.
        parts.intake.replace(sources: wiring.sources)
        // Before the engine: whoever pauses or resumes from now on looks at the new file.
        parts.inForce.replace(wiring.configured)
        await parts.engine.reconfigure(wiring.destinations.held(by: records))
        await holdAgain(wiring.destinations, told: records)
        let report = ReloadReport(from: inbox, to: candidate.loaded.inbox)
        inbox = candidate.loaded.inbox
        destinations = candidate.destinations
        parts.logger.info("the configuration was reloaded", metadata: report.metadata)
        await remark(candidate, numbers)
    }

    /// Reads the files on a thread of its own, since files block.
    private func read() async throws(Refusal) -> Candidate {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let result: Result<Candidate, Refusal>
        do {
            result = try await pool.runIfActive { [start, destinations, factory = parts.factory] in
                Result { () throws(Refusal) in try Self.candidate(start, keeping: destinations, factory) }
            }
        } catch {
            result = .failure(Refusal(problems: ["it was not read: \(error)"]))
        }
        // It fails only when it was done before.
        try? await pool.shutdownGracefully()
        return try result.get()
    }

    private static func candidate(
        _ start: LoadedConfiguration, keeping former: [String: MadeDestination], _ factory: DestinationFactory
    ) throws(Refusal) -> Candidate {
        let loaded: LoadedConfiguration
        do throws(InvalidConfiguration) {
            loaded = try ConfigurationLoader.load(start.input)
        } catch {
            throw Refusal(problems: error.lines)
        }
        if let path = start.settings.configFile, loaded.settings.configFile == nil {
            // A start without it would serve the built-in configuration; nobody takes everything away like this.
            throw Refusal(problems: ["the config file \(DisplayText.quoted(path)) is not there any more"])
        }
        do throws(ServerFailure) {
            return Candidate(loaded: loaded, destinations: try factory.destinations(loaded.inbox, keeping: former))
        } catch {
            throw Refusal(problems: [error.description])
        }
    }

    /// Gives new destinations their numbers; the only step that the store could refuse.
    private func register(_ candidate: Candidate) async throws(Refusal) -> [String: DestinationID] {
        do throws(StoreError) {
            return try await parts.store.register(destinations: candidate.loaded.inbox.destinations.map(\.name))
        } catch {
            throw Refusal(problems: ["the store did not take it: \(error.sentence)"])
        }
    }

    /// What the store knows of the destinations, among it which of them an operator paused.
    private func records() async throws(Refusal) -> [DestinationRecord] {
        do throws(StoreError) {
            return try await parts.store.destinations()
        } catch {
            throw Refusal(problems: ["the store did not tell which destinations are paused: \(error.sentence)"])
        }
    }

    /// Tells the engine what an operator paused or resumed while the reload was under way.
    private func holdAgain(_ destinations: [DestinationID: Destination], told: [DestinationRecord]) async {
        var told = told
        while let records = try? await parts.store.destinations(), records.map(\.isPaused) != told.map(\.isPaused) {
            for (id, destination) in destinations {
                let isPaused = records.first { $0.id == id }?.isPaused ?? false
                await parts.engine.pause(id, destination.isPaused || isPaused)
            }
            told = records
        }
    }

    private func wire(_ candidate: Candidate, _ numbers: [String: DestinationID]) throws(Refusal) -> Wiring {
        do throws(ServerFailure) {
            return try Wiring(
                candidate.loaded.inbox, numbers: numbers, destinations: candidate.destinations,
                captures: parts.captures)
        } catch {
            throw Refusal(problems: [error.description])
        }
    }

    /// Tells what did not take effect, and what waits.
    private func remark(_ candidate: Candidate, _ numbers: [String: DestinationID]) async {
        let settings = ReloadReport.changedSettings(from: start, to: candidate.loaded)
        if !settings.isEmpty {
            parts.logger.warning(
                "settings have changed that take effect at the next start",
                metadata: ["settings": "\(settings.joined(separator: ", "))"])
        }
        OpenSources.report(candidate.loaded.inbox, logger: parts.logger)
        await Orphans.report(
            parts.store, numbers: numbers, configured: Set(candidate.destinations.keys),
            running: { [engine = parts.engine] in await engine.standing(of: $0)?.inFlight ?? 0 }, logger: parts.logger)
    }
}
