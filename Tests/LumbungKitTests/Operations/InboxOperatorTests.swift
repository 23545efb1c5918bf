import Logging
import LumbungCore
import LumbungKit
import LumbungTesting
import ServiceLifecycle
import Testing

/// The operator over a real engine; what it asks of the store beside is scripted.
@Suite(.timeLimit(.minutes(1))) struct InboxOperatorTests {
    let store = OperationsStore()
    let transport = FakeTransport()

    /// Runs an engine with the destination `app`.
    private func run(
        isPausedInFile: Bool = false, routes: [(rule: RouteRule, destinations: [DestinationID])] = [],
        source: Source = Source(name: "shop"), _ body: (InboxOperator, DestinationID, Engine) async throws -> Void
    ) async throws {
        let id = try #require(try await store.register(destinations: ["app"])["app"])
        _ = try await store.recover(now: NewEvent.sampleTime)
        store.set { state in
            if state.records.isEmpty {
                state.records = [DestinationRecord(id: id, name: "app", isPaused: false, open: 0)]
            }
        }
        let records = try await store.destinations()
        let destinations = [id: Destination(name: "app", transport: transport, isPaused: isPausedInFile)]
        let engine = Engine(
            store: store, destinations: destinations.held(by: records), configuration: EngineConfiguration(),
            environment: EngineEnvironment(wallClock: { NewEvent.sampleTime }, clock: TestClock(), jitter: { 1 }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let configured = ConfiguredInbox(
            destinations: destinations, sources: [(source: source, routes: RouteTable(routes))])
        let inbox = InboxOperator(
            store: store, engine: engine, configured: { configured }, now: { NewEvent.sampleTime })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: engine)], logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body(inbox, id, engine)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func queue(_ identity: String, to id: DestinationID, _ engine: Engine) async throws {
        _ = try await store.inner.append([.sample(identity, to: [id])])
        engine.committed()
    }

    @Test func `a paused destination gets nothing until it is resumed, and is woken then`() async throws {
        try await run { inbox, id, engine in
            let paused = try await inbox.pause("app")
            #expect(paused.pausedBy == .operator && paused.standing?.isPaused == true)
            try await queue("waits", to: id, engine)
            // A destination beside would have been served by now: the bell was rung and nothing is in flight.
            #expect(await engine.standing(of: id)?.inFlight == 0)
            #expect(transport.entries.isEmpty)
            let resumed = try await inbox.resume("app")
            #expect(resumed.pausedBy == nil && resumed.standing?.isPaused == false)
            await store.inner.wait { $0.statusCounts() == [.completed: 1] }
        }
        #expect(store.calls == ["pause 1 true", "pause 1 false"])
    }

    @Test func `what an operator paused before is paused at the start`() async throws {
        store.set { $0.records = [DestinationRecord(id: DestinationID(1), name: "app", isPaused: true, open: 0)] }
        try await run { inbox, id, engine in
            let before = try await inbox.destinations()
            #expect(before.first?.pausedBy == .operator)
            try await queue("waits", to: id, engine)
            #expect(await engine.standing(of: id)?.isPaused == true)
            _ = try await inbox.resume("app")
            await store.inner.wait { $0.statusCounts() == [.completed: 1] }
        }
    }

    @Test func `what the file paused cannot be resumed, and an operator's pause does not open it`() async throws {
        try await run(isPausedInFile: true) { inbox, id, engine in
            let error = await #expect(throws: OperationError.self) { _ = try await inbox.resume("app") }
            guard case .impossible(let reason)? = error else {
                return #expect(Bool(false), "\(String(describing: error))")
            }
            #expect(reason.contains("paused in the config file"))
            let paused = try await inbox.pause("app")
            #expect(paused.pausedBy == .config && paused.isPausedByOperator)
            #expect(await engine.standing(of: id)?.isPaused == true)
            let resumed = try await inbox.resume("app")
            #expect(resumed.pausedBy == .config && !resumed.isPausedByOperator)
            #expect(await engine.standing(of: id)?.isPaused == true)
            await #expect(throws: OperationError.self) { _ = try await inbox.resume("app") }
        }
        #expect(store.calls == ["pause 1 true", "pause 1 false"])
    }

    @Test func `operators at the same time leave store and engine in agreement`() async throws {
        try await run { inbox, id, engine in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for index in 0..<64 {
                    tasks.addTask { _ = try await index.isMultiple(of: 2) ? inbox.pause("app") : inbox.resume("app") }
                }
                try await tasks.waitForAll()
            }
            let isPaused = try await store.destinations().first?.isPaused
            #expect(await engine.standing(of: id)?.isPaused == isPaused)
        }
        #expect(store.calls.count == 64)
    }

    @Test func `a cancel wakes the engine, since what waited behind may go`() async throws {
        try await run { inbox, id, engine in
            try await queue("first", to: id, engine)
            await store.inner.wait { $0.statusCounts() == [.completed: 1] }
            _ = try await store.inner.append([.sample("behind", to: [id])])
            store.set { $0.report = OperationReport(changed: [id], left: [:]) }
            _ = try await inbox.cancel(EventID(1), destination: nil)
            await store.inner.wait { $0.statusCounts() == [.completed: 2] }
        }
    }

    @Test func `an unknown name lists the known ones`() async throws {
        try await run { inbox, _, _ in
            let expected = OperationError.unknownDestination("ap", known: ["app"])
            await #expect(throws: expected) { _ = try await inbox.pause("ap") }
            await #expect(throws: expected) { _ = try await inbox.test("ap") }
            await #expect(throws: expected) { _ = try await inbox.events(EventQuery(), destination: "ap") }
            await #expect(throws: expected) { _ = try await inbox.cancel(EventID(1), destination: "ap") }
            await #expect(throws: expected) { _ = try await inbox.replay(EventID(1), to: .destination("ap")) }
        }
        #expect(store.calls.isEmpty && store.queries.isEmpty)
    }

    private static func event(_ payload: String, type: String, headers: String) -> StoredEvent {
        StoredEvent(
            event: LeasedEvent(
                id: EventID(7), source: "shop", identity: "u", type: type,
                content: EventContent(payload: Array(payload.utf8), digest: [], headers: headers)),
            status: .completed, attempts: 0, createdAt: NewEvent.sampleTime, updatedAt: NewEvent.sampleTime,
            history: .init(isUnrouted: true, duplicates: 0, deliveries: [], conflicts: []))
    }

    @Test(arguments: [
        // What the source says of types; payload, stored type and kept headers; whether the route of type A takes it.
        (TypeRule.json(JSONPointer(key: "kind")), #"{"kind":"A","v":1}"#, "old", "{}", true),
        (.json(JSONPointer(key: "kind")), #"{"kind":"B","v":1}"#, "A", "{}", false),
        (.json(JSONPointer(key: "kind")), #"{"kind":"A","v":2}"#, "A", "{}", false),
        (.header("X-Kind"), #"{"v":1}"#, "old", #"{"x-kind":"A"}"#, true),
        (.header("X-Kind"), #"{"v":1}"#, "A", #"{"x-kind":"B"}"#, false),
        (.header("X-Kind"), #"{"v":1}"#, "A", "{}", true), (.header("X-Kind"), #"{"v":1}"#, "A", "no json", true),
        (.text("A"), #" {"v":1} "#, "old", "{}", true), (.text("A"), "[]", "A", "{}", false),
        (.text("A"), #"{"v":1"#, "A", "{}", false),
    ])
    func `the routes of now look at payload, headers and type`(
        rule: TypeRule, payload: String, stored: String, headers: String, isTaken: Bool
    ) async throws {
        let one = try #require(DecimalNumber("1"))
        let condition = try RouteCondition(JSONPointer(key: "v"), .equal(.number(one)))
        let route = RouteRule(types: [TypePattern("A")], conditions: [condition])
        store.set { state in
            state.events[EventID(7)] = Self.event(payload, type: stored, headers: headers)
            state.report = OperationReport(changed: [DestinationID(1)], left: [:])
        }
        try await run(routes: [(route, [DestinationID(1)])], source: Source(name: "shop", type: rule)) { inbox, _, _ in
            let result = try? await inbox.replay(EventID(7), to: .routes)
            #expect((result != nil) == isTaken)
        }
        let now = NewEvent.sampleTime.milliseconds
        #expect(store.calls == (isTaken ? ["replay 7 [1] \(now)"] : []))
    }

    @Test func `a source that is gone has no routes of now`() async throws {
        store.set { $0.events[EventID(7)] = Self.event("{}", type: "A", headers: "{}") }
        try await run(source: Source(name: "other")) { inbox, _, _ in
            let error = await #expect(throws: OperationError.self) {
                _ = try await inbox.replay(EventID(7), to: .routes)
            }
            #expect(error == .impossible("the source shop is not configured any more; name a destination"))
        }
    }

    @Test func `kept headers are found whatever their case`() {
        let event = Self.event("{}", type: "", headers: #"{"content-type":"a/b","x-n":"\u00fc"}"#).event
        #expect(event.keptHeader("Content-Type") == "a/b")
        #expect(event.keptHeader("X-N") == "ü")
        #expect(event.keptHeader("x-other") == nil)
    }
}
