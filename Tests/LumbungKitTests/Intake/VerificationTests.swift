import LumbungCore
import LumbungKit
import LumbungSignatures
import LumbungTesting
import Testing

@Suite struct VerificationTests {
    private static func intake(_ store: MemoryInbox) throws -> Intake {
        var source = Source(name: "s")
        source.verifier = try Verifier([.token(.value(.header("x-token")))], secrets: ["a-long-secret"])
        source.handshakeKeys.secrets = [Array("a-long-secret".utf8)]
        return Intake(
            store: store, routes: [(source, [])], patience: .seconds(5), committed: {})
    }

    private static func post(_ intake: Intake, token: String?, body: String) async -> IngestReply {
        let request = IngestRequest(
            source: "s", headers: token.map { [.init(name: "X-Token", value: $0)] } ?? [], body: Array(body.utf8),
            receivedAt: NewEvent.sampleTime)
        return await withCheckedContinuation { done in intake.accept(request) { done.resume(returning: $0) } }
    }

    @Test(arguments: [nil, "", "wrong", "a-long-secret "])
    func `what does not prove its sender is not stored, and the sender is not told why`(token: String?) async throws {
        let store = MemoryInbox()
        let reply = await Self.post(
            try Self.intake(store), token: token, body: #"{"uuid":"u","secret":"a-long-secret"}"#)
        guard case .refused(let problem) = reply else {
            Issue.record("it was taken: \(reply)")
            return
        }
        #expect(problem.status == 401)
        #expect(problem.detail == "the request does not prove who sent it")
        let rejections = try await store.rejections(limit: 10)
        #expect(rejections.count == 1)
        #expect(rejections[0].reason.hasPrefix("missing: ") || rejections[0].reason.hasPrefix("signature: "))
        #expect(String(decoding: rejections[0].bodyPrefix, as: UTF8.self) == #"{"uuid":"u","secret":"********"}"#)
    }

    @Test func `what proves its sender is stored`() async throws {
        let reply = await Self.post(try Self.intake(MemoryInbox()), token: "a-long-secret", body: #"{"uuid":"u"}"#)
        guard case .accepted = reply else {
            Issue.record("it was refused: \(reply)")
            return
        }
    }
}
