import Logging
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungKit

/// The replayer alone: which steps it asks the store for, and when.
@Suite(.timeLimit(.minutes(1))) struct ReplayerStepTests {
    private let store = OperationsStore()
    private let clock = TestClock()

    /// Stores events that went nowhere and so are completed.
    private func complete(_ count: Int, source: String = "shop") async throws {
        _ = try await store.inner.append((0..<count).map { .sample("\($0)", source: source, to: []) })
    }

    private func order(_ rate: DeliveryRate? = nil, source: String? = nil) async throws -> ReplayOrder {
        let app = try await #require(store.register(destinations: ["app"])["app"])
        var filter = EventFilter()
        filter.source = source
        return ReplayOrder(filter: filter, destination: app, rate: rate)
    }

    /// Runs the replayer, with the clock moved on whenever it sleeps, until the model says so.
    private func run(isMoving: Bool = true, until condition: @escaping @Sendable (InboxModel) -> Bool) async {
        let replayer = Replayer(
            store: store,
            environment: EngineEnvironment(wallClock: { NewEvent.sampleTime }, clock: clock, jitter: { 1 }),
            bell: WakeSignal(), configured: { [DestinationID(1)] }, committed: {},
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await replayer.run() }
            while !Task.isCancelled, !condition(store.inner.model) {
                if isMoving, clock.sleeperCount > 0 { clock.advanceToNextSleeper() }
                await Task.yield()
            }
            group.cancelAll()
        }
    }

    @Test func `spans with nothing in them are passed over without a commit`() async throws {
        try await complete(45_000)
        try await complete(1, source: "rare")
        _ = try await store.beginReplay(order(source: "rare"), now: NewEvent.sampleTime)
        await run { $0.replayRecords()[0].status == .completed }
        #expect(store.steps.map(\.events) == [[EventID(45_001)]])
    }

    @Test func `at a high rate a step starts many events`() async throws {
        try await complete(300)
        let rate = DeliveryRate(count: 1000, period: .seconds(1))
        _ = try await store.beginReplay(order(rate), now: NewEvent.sampleTime)
        await run { $0.replayRecords()[0].status == .completed }
        #expect(store.steps.map(\.events.count) == [100, 50, 50, 50, 50])
        #expect(TestClock.Instant(offset: .zero).duration(to: clock.now) == .milliseconds(200))
    }

    @Test func `an error of one replay leaves the younger ones alone`() async throws {
        try await complete(3)
        for _ in 0..<2 { _ = try await store.beginReplay(order(), now: NewEvent.sampleTime) }
        store.inner.failNext(.operate, with: .busy)
        await run(isMoving: false) { $0.replayRecords()[0].status == .completed }
        #expect(store.inner.model.replayRecords().map(\.status) == [.completed, .running])
        await run { $0.replayRecords()[1].status == .completed }
    }
}
