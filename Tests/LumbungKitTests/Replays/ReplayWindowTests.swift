import LumbungCore
import Testing

@testable import LumbungKit

struct ReplayWindowTests {
    private static let (app, log, gone) = (DestinationID(1), DestinationID(2), DestinationID(3))

    private func record(_ waiting: [DestinationID: Int]) -> ReplayRecord {
        var record = ReplayRecord(
            id: ReplayID(1), order: ReplayOrder(filter: EventFilter()), createdAt: Timestamp(milliseconds: 0),
            through: EventID(9))
        record.waitingFor = waiting
        return record
    }

    @Test(
        arguments: [
            ([app: 999], 1, []), ([app: 1000], 0, [app]), ([app: 1001], -1, [app]),
            ([app: 997, log: 3], 0, [app]), ([app: 400, log: 600], 0, [log]), ([app: 500, log: 500], 0, [app, log]),
            // What waits for one that is not configured takes no room.
            ([gone: 1000], 1000, []), ([gone: 1000, log: 1000], 0, [log]),
        ] as [([DestinationID: Int], Int, [DestinationID])])
    func `the window tells its room and who fills it`(
        _ waiting: [DestinationID: Int], _ room: Int, _ names: [DestinationID]
    ) {
        let record = record(waiting)
        #expect(record.room(configured: [Self.app, Self.log]) == room)
        #expect(record.waitsFor(configured: [Self.app, Self.log]) == names)
    }

    @Test func `a replay that has ended waits for nothing`() {
        var record = record([Self.app: 1000])
        record.status = .cancelled
        #expect(record.waitsFor(configured: [Self.app]) == [])
    }
}
