import LumbungCore
import Testing

struct EventStatusTests {
    @Test(
        arguments: [
            ([], .completed),
            ([.pending], .pending), ([.processing], .processing), ([.retrying], .retrying),
            ([.completed], .completed), ([.dead], .dead), ([.cancelled], .cancelled),
            ([.completed, .pending], .pending), ([.dead, .pending], .pending), ([.cancelled, .pending], .pending),
            ([.pending, .retrying], .retrying), ([.pending, .processing], .processing),
            ([.retrying, .processing], .processing), ([.dead, .retrying], .retrying),
            ([.dead, .processing], .processing),
            ([.completed, .dead], .dead), ([.cancelled, .dead], .dead), ([.completed, .cancelled], .completed),
            ([.cancelled, .cancelled], .cancelled), ([.completed, .completed, .completed], .completed),
        ] as [([EventStatus], EventStatus)])
    func `the summary names what matters most`(_ deliveries: [EventStatus], _ expected: EventStatus) {
        #expect(EventStatus.summary(of: deliveries) == expected)
        #expect(EventStatus.summary(of: deliveries.reversed()) == expected)
    }

    @Test func `an event is finished exactly when all of its deliveries are`() {
        for first in EventStatus.allCases {
            for second in EventStatus.allCases {
                let summary = EventStatus.summary(of: [first, second])
                #expect(summary.isFinished == (first.isFinished && second.isFinished), "\(first) and \(second)")
            }
        }
    }

    @Test func `the stored words are the contract's`() {
        #expect(
            EventStatus.allCases.map(\.rawValue)
                == ["pending", "processing", "retrying", "completed", "dead", "cancelled"])
    }
}
