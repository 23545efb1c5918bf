import Logging
import LumbungCore
import LumbungKit
import LumbungSignatures
import LumbungTesting
import Testing

/// Which secret proved a request is counted, and kept.
@Suite struct SecretUsesTests {
    private let store = MemoryInbox()
    private static let (new, old) = ("the-new-secret", "the-old-secret")

    private static func source(_ secrets: [String]) throws -> Source {
        var source = Source(name: "s")
        source.verifier = try Verifier([.token(.value(.header("x-token")))], secrets: secrets)
        return source
    }

    private func intake(_ uses: SecretUses, _ secrets: [String] = [Self.new, Self.old]) throws -> Intake {
        Intake(
            store: store, sources: [(try Self.source(secrets), RouteTable(always: []))], uses: uses,
            patience: .seconds(5), committed: {})
    }

    private static func post(_ intake: Intake, _ token: String, at seconds: Int64 = 0) async {
        let request = IngestRequest(
            source: "s", headers: [.init(name: "X-Token", value: token)], body: Array(#"{"uuid":"u"}"#.utf8),
            receivedAt: NewEvent.sampleTime.advanced(by: .seconds(seconds)))
        _ = await withCheckedContinuation { done in intake.accept(request) { done.resume(returning: $0) } }
    }

    private func uses() async throws -> [String: SecretUse] {
        Dictionary(try await store.secretUses().map { ($0.fingerprint, $0) }) { first, _ in first }
    }

    @Test func `each use is counted for its secret, and no other request is`() async throws {
        let uses = SecretUses(store: store)
        let intake = try intake(uses)
        for (index, token) in [Self.old, Self.new, "wrong", Self.old].enumerated() {
            await Self.post(intake, token, at: Int64(index))
        }
        try await uses.save()
        let found = try await self.uses()
        let (new, old) = (
            found[SecretFingerprint(of: Self.new).description], found[SecretFingerprint(of: Self.old).description]
        )
        #expect(found.count == 2)
        #expect((new?.count, old?.count) == (1, 2))
        #expect(old?.lastUsedAt == NewEvent.sampleTime.advanced(by: .seconds(3)))
        #expect(new?.lastUsedAt == NewEvent.sampleTime.advanced(by: .seconds(1)))
    }

    @Test func `counts go on under another order and over a reload`() async throws {
        let uses = SecretUses(store: store)
        let intake = try intake(uses)
        await Self.post(intake, Self.old)
        intake.replace(sources: [(try Self.source([Self.old, Self.new]), RouteTable(always: []))])
        await Self.post(intake, Self.old)
        try await uses.save()
        #expect(try await self.uses().values.map(\.count) == [2])
    }

    @Test func `a source that is checked with configured secrets is not told as checked with a brought one`()
        async throws
    {
        let brought = CapturedSecret(source: "s", secret: "brought", capturedAt: NewEvent.sampleTime)
        let operations = OperationsStore()
        operations.capture(brought) { _ in }
        let engine = Engine(
            store: operations, destinations: [:], configuration: EngineConfiguration(),
            environment: EngineEnvironment(wallClock: { NewEvent.sampleTime }, clock: TestClock(), jitter: { 1 }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var source = try Self.source([Self.new])
        for isBrought in [false, true] {
            if isBrought { source.capture = SecretCapture(rules: [], captures: SecretCaptures([brought])) }
            let configured = ConfiguredInbox(
                destinations: [:], sources: [(source: source, routes: RouteTable(always: []))])
            let inbox = InboxOperator(
                store: operations, engine: engine, configured: { configured }, now: { NewEvent.sampleTime })
            let detail = try #require(try await inbox.sources().first)
            #expect(detail.secrets.count == (isBrought ? 0 : 1))
            #expect(detail.capturedAt == (isBrought ? NewEvent.sampleTime : nil))
        }
    }

    @Test func `what the store did not take is counted again`() async throws {
        let uses = SecretUses(store: store)
        let intake = try intake(uses)
        await Self.post(intake, Self.new)
        store.failNext(.operate, with: .busy)
        await #expect(throws: StoreError.busy) { try await uses.save() }
        await Self.post(intake, Self.new)
        try await uses.save()
        try await uses.save()
        #expect(try await self.uses().values.map(\.count) == [2])
    }
}
