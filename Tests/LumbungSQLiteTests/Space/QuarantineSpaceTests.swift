import LumbungCore
import LumbungTesting
import Synchronization
import Testing

@testable import LumbungSQLite

/// Anybody can send what ends in quarantine, so it takes neither the last room of a disk nor memory without bound.
struct QuarantineSpaceTests {
    private static func request(bytes: Int) -> QuarantinedRequest {
        QuarantinedRequest(
            source: "shop", receivedAt: NewEvent.sampleTime, expiresAt: NewEvent.sampleTime.advanced(by: .seconds(60)),
            address: "", target: "/webhook/shop", headers: "", body: Array(repeating: 1, count: bytes),
            step: "signature", reason: "no signature matches")
    }

    @Test func `the ballast of a full disk is for no request in quarantine`() async throws {
        try await InboxFolder.with { folder throws in
            let store = try folder.open()
            let admitted = Mutex<[Bool]>([])
            let outcome = try await store.perform { session throws(StoreError) in
                let isFirst = admitted.withLock { admitted in
                    admitted.append(session.isAdmitting)
                    return admitted.count == 1
                }
                if isFirst { throw StoreError.diskFull }
                return try session.quarantine(Self.request(bytes: 1), limits: QuarantineLimits())
            }
            #expect(admitted.withLock { $0 } == [true, false])
            #expect(outcome == .noSpace)
            await store.close()
        }
    }

    @Test func `what waits to be kept in quarantine is bounded in bytes`() async throws {
        try await InboxFolder.with { folder throws in
            let store = try folder.open()
            let (results, told) = AsyncStream<Result<QuarantineOutcome, StoreError>>.makeStream()
            let limits = QuarantineLimits()
            store.inOneGroup {
                for _ in 0..<5 {
                    store.quarantine(Self.request(bytes: 5 << 20), limits: limits) { told.yield($0) }
                }
            }
            var ends: [Result<QuarantineOutcome, StoreError>] = []
            for await end in results.prefix(5) { ends.append(end) }
            #expect(
                ends == [
                    .failure(.overloaded), .failure(.overloaded), .success(.kept(QuarantineID(1))),
                    .success(.kept(QuarantineID(2))), .success(.kept(QuarantineID(3))),
                ])
            // Once they are kept there is room again, also for one that is larger than all that may wait.
            for bytes in [20 << 20, 1] {
                let again = await withCheckedContinuation { done in
                    store.quarantine(Self.request(bytes: bytes), limits: limits) { done.resume(returning: $0) }
                }
                #expect(again.isKept)
            }
            await store.close()
        }
    }
}

extension Result<QuarantineOutcome, StoreError> {
    fileprivate var isKept: Bool { if case .success(.kept) = self { true } else { false } }
}
