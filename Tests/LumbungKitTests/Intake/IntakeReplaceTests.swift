import LumbungCore
import LumbungKit
import LumbungTesting
import Synchronization
import Testing

@Suite struct IntakeReplaceTests {
    private let store = MemoryInbox()

    private func intake(_ sources: [(source: Source, routes: RouteTable)]) -> Intake {
        Intake(store: store, sources: sources, patience: .seconds(5), committed: {})
    }

    private func request(_ source: String, _ body: String) -> IngestRequest {
        IngestRequest(source: source, headers: [], body: Array(body.utf8), receivedAt: NewEvent.sampleTime)
    }

    private func reply(
        _ intake: Intake, _ request: IngestRequest, through entrance: Entrance? = nil
    ) async -> IngestReply {
        await withCheckedContinuation { continuation in
            intake.accept(request, through: entrance) { continuation.resume(returning: $0) }
        }
    }

    private func isAccepted(_ reply: IngestReply) -> Bool {
        if case .accepted = reply { true } else { false }
    }

    @Test func `other sources take the place of all the present ones`() async throws {
        let intake = intake([(Source(name: "old"), RouteTable(always: []))])
        #expect(intake.source(named: "old")?.name == "old" && intake.source(named: "new") == nil)
        intake.replace(sources: [(Source(name: "new", maxBodyBytes: 7), RouteTable(always: []))])
        #expect(intake.source(named: "old") == nil && intake.source(named: "new")?.maxBodyBytes == 7)
        #expect(!isAccepted(await reply(intake, request("old", "{}"))))
        #expect(isAccepted(await reply(intake, request("new", "{}"))))
    }

    @Test func `a request that found its source before finishes as it was then`() async throws {
        let numbers = try await store.register(destinations: ["before", "after"])
        let (before, after) = (try #require(numbers["before"]), try #require(numbers["after"]))
        let pointer = try JSONPointer("/n")
        let intake = intake([(Source(name: "s", identity: [.json(pointer)]), RouteTable(always: [before]))])
        let entrance = try #require(intake.entrance(named: "s"))
        intake.replace(sources: [(Source(name: "s"), RouteTable(always: [after]))])
        let body = "{\"uuid\":\"u\",\"n\":\"n\"}"
        #expect(isAccepted(await reply(intake, request("s", body), through: entrance)))
        #expect(isAccepted(await reply(intake, request("s", body))))
        intake.replace(sources: [])
        #expect(isAccepted(await reply(intake, request("s", "{\"n\":\"late\"}"), through: entrance)))
        let stored = store.model.events
        #expect(stored.map(\.event.identity) == ["n", "u", "late"])
        #expect(stored.map { $0.deliveries.map(\.destination) } == [[before], [after], [before]])
    }
}
