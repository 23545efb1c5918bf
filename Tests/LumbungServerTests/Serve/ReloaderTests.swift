import LumbungCore
import LumbungKit
import LumbungTesting
import NIOPosix
import Testing

@testable import LumbungServer

/// A reloader over parts that do not run, in a folder of its own.
private struct Bench {
    let folder: TemporaryFolder
    let lines = LogLines()
    let store = MemoryInbox()
    let intake: Intake
    let reloader: Reloader
    let factory: DestinationFactory

    init(_ yaml: String, environment: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        try folder.write(yaml)
        let loaded = try ConfigurationLoader.load(
            ConfigurationInput(environment: environment, workingDirectory: folder.path))
        factory = DestinationFactory(
            logs: try Logs(loaded.settings), eventLoopGroup: MultiThreadedEventLoopGroup.singleton, workerCount: 5)
        let engine = Engine(
            store: store, destinations: [:], configuration: EngineConfiguration(),
            environment: EngineEnvironment(wallClock: { NewEvent.sampleTime }, jitter: { 0 }),
            logger: lines.logger)
        intake = Intake(store: store, sources: [], patience: .seconds(5), committed: {})
        let made = try factory.destinations(loaded.inbox)
        reloader = Reloader(
            loaded, destinations: made,
            parts: .init(
                store: store, engine: engine, intake: intake, captures: SecretCaptures(),
                inForce: InForce(ConfiguredInbox(destinations: [:], sources: [])), factory: factory,
                logger: lines.logger))
    }
}

@Suite struct ReloaderTests {
    private static let first =
        "sources: {a: {token: t}, b: {token: t}}\ndestinations: {x: {log: true}, y: {log: true}}\n"

    @Test func `a valid file takes effect, and the line says what is new`() async throws {
        let bench = try Bench(Self.first)
        try bench.folder.write(
            "sources: {a: {max_body_bytes: 9, token: t}, c: {token: t}}\n"
                + "destinations: {x: {log: true, paused: true}, z: {log: true}}\n")
        await bench.reloader.reload()
        #expect(bench.intake.source(named: "a")?.maxBodyBytes == 9)
        #expect(bench.intake.source(named: "b") == nil && bench.intake.source(named: "c") != nil)
        #expect(
            bench.lines.whole == [
                "info the configuration was reloaded destinations=2 destinations_added=z destinations_changed=x "
                    + "destinations_removed=y routes=1 routes_changed=yes sources=2 sources_added=c sources_changed=a "
                    + "sources_removed=b"
            ])
        await bench.reloader.reload()
        #expect(bench.lines.whole.last == "info the configuration was reloaded destinations=2 routes=1 sources=2")
    }

    @Test func `an invalid file is told problem by problem and changes nothing`() async throws {
        let bench = try Bench(Self.first)
        await bench.reloader.reload()
        let before = bench.lines.whole.count
        try bench.folder.write("sources: {c: {tipe: x}}\nroutes:\n  - {from: c, to: nowhere}\n")
        await bench.reloader.reload()
        let told = bench.lines.whole.dropFirst(before)
        #expect(told.count == 3 && told.last == "error the configuration was not changed")
        #expect(told.contains { $0.contains("lumbung.yaml:1:15:") && $0.contains("`tipe`") })
        #expect(told.contains { $0.contains("lumbung.yaml:3:") && $0.contains("nowhere") })
        #expect(bench.intake.source(named: "a") != nil && bench.intake.source(named: "c") == nil)
    }

    @Test func `a file that is gone changes nothing`() async throws {
        let bench = try Bench(Self.first)
        await bench.reloader.reload()
        try bench.folder.remove()
        await bench.reloader.reload()
        #expect(bench.lines.whole.suffix(2).first?.hasSuffix("\"lumbung.yaml\" is not there any more") == true)
        #expect(bench.lines.whole.last == "error the configuration was not changed")
        #expect(bench.intake.source(named: "a") != nil)
    }

    @Test func `a store that is busy changes nothing, and the next reload does`() async throws {
        let bench = try Bench(Self.first)
        try bench.folder.write("destinations: {z: {log: true}}\n")
        bench.store.failNext(.register, with: .busy)
        await bench.reloader.reload()
        #expect(bench.lines.whole.last == "error the configuration was not changed")
        #expect(bench.intake.source(named: "accurate") == nil)
        await bench.reloader.reload()
        let told = bench.lines.whole.suffix(2)
        #expect(told.first?.contains("destinations_added=z destinations_removed=x, y") == true)
        #expect(told.last?.hasPrefix("warning anyone who reaches the ingest listener") == true)
        #expect(told.last?.hasSuffix(" sources=accurate") == true)
        #expect(bench.intake.source(named: "accurate") != nil)
    }

    @Test func `settings are named without their values and stay as they were`() async throws {
        let bench = try Bench(Self.first + "settings: {worker_count: 3, admin_token: canary-one}\n")
        try bench.folder.write(Self.first + "settings: {worker_count: 4, admin_token: canary-two}\n")
        for _ in 1...2 {
            await bench.reloader.reload()
            #expect(
                bench.lines.whole.last == "warning settings have changed that take effect at the next start "
                    + "settings=ADMIN_TOKEN, WORKER_COUNT")
        }
        #expect(!bench.lines.whole.joined().contains("canary"))
    }

    @Test func `what waits for a destination that is gone is told`() async throws {
        let bench = try Bench(Self.first)
        let y = try #require(try await bench.store.register(destinations: ["x", "y"])["y"])
        _ = try await bench.store.append(["1", "2"].map { .sample($0, receivedAt: NewEvent.sampleTime, to: [y]) })
        try bench.folder.write("destinations: {x: {log: true}}\n")
        await bench.reloader.reload()
        #expect(
            bench.lines.whole.last == "warning deliveries wait for a destination that is not configured any more; "
                + "they run once it is again count=2 destination=y")
    }

    @Test func `a transport is kept while its destination goes to the same place`() throws {
        let place = "url: 'https://example.com/', allow_private: true"
        let bench = try Bench("destinations: {x: {\(place)}}\n")
        func made(_ value: String, _ former: [String: MadeDestination] = [:]) throws -> [String: MadeDestination] {
            try bench.factory.destinations(inbox("destinations: {x: {\(value)}}\n"), keeping: former)
        }
        func keeps(_ one: String, _ other: String) throws -> Bool {
            let first = try made(one)
            let second = try made(other, first)
            guard let old = first["x"]?.destination.transport, let new = second["x"]?.destination.transport else {
                return false
            }
            return (old as AnyObject) === (new as AnyObject)
        }
        #expect(try keeps(place, place))
        #expect(try keeps(place, place + ", paused: true, rate: 5/s, permanent: [400], retry: {attempts: 3}"))
        #expect(try !keeps(place, place + ", concurrency: 3"))
        #expect(try !keeps(place, place + ", timeout: 3s"))
        #expect(try !keeps(place, place + ", secret: 0123456789abcdef"))
        #expect(try !keeps(place, "url: 'https://example.com/other', allow_private: true"))
        #expect(try !keeps(place, "command: [/bin/true]"))
        #expect(try keeps("command: [/bin/true]", "command: [/bin/true], paused: true"))
        let limits = try made(place + ", paused: true, rate: 5/s, retry: {attempts: 3}", try made(place))
        let destination = try #require(limits["x"]?.destination)
        #expect(destination.isPaused && destination.rate?.count == 5 && destination.retry.attempts == 3)
    }
}
