import LumbungCore
import LumbungTesting
import Synchronization
import Testing

@testable import LumbungSQLite

/// The desk in front of the writer's thread: whoever waits is told the end, whatever it is.
struct WriterDeskTests {
    private final class Told: Sendable {
        let errors = Mutex<[StoreError]>([])

        func note(_ result: Result<[AppendOutcome], StoreError>) {
            if case .failure(let error) = result { errors.withLock { $0.append(error) } }
        }
    }

    private func request(_ identity: String, _ told: Told, deadline: ContinuousClock.Instant) -> AppendRequest {
        AppendRequest(events: [.sample(identity, to: [])], deadline: deadline) { told.note($0) }
    }

    @Test func `a writer that could not start tells everybody who waits`() {
        let desk = WriterDesk(limits: .init())
        let told = Told()
        desk.submit(request("waits", told, deadline: .now.advanced(by: .seconds(60))))
        desk.submit(request("late", told, deadline: .now.advanced(by: .seconds(-1))))
        desk.submit(
            WriterJob(
                deadline: .now.advanced(by: .seconds(60)),
                execute: { _ in WriterJob.Told(success: {}) }, fail: { error in told.note(.failure(error)) }))
        desk.fail("no disk")
        desk.refuseWaiting()
        desk.submit(request("later", told, deadline: .now.advanced(by: .seconds(60))))
        #expect(told.errors.withLock { $0 } == Array(repeating: StoreError.unknown("no disk"), count: 4))
    }

    @Test func `a closed desk refuses and says why`() {
        let desk = WriterDesk(limits: .init())
        let told = Told()
        desk.close()
        desk.submit(request("later", told, deadline: .now.advanced(by: .seconds(60))))
        #expect(told.errors.withLock { $0 } == [.closed])
    }
}
