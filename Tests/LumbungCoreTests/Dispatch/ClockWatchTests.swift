import LumbungCore
import Testing

@Suite struct ClockWatchTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    @Test(arguments: [-1999, -1, 0, 1, 1999])
    func `small differences are no jump`(milliseconds: Int64) {
        var watch = ClockWatch(wall: start, elapsed: .seconds(10))
        let wall = start.advanced(by: .seconds(60) + .milliseconds(milliseconds))
        #expect(watch.look(wall: wall, elapsed: .seconds(70)) == nil)
    }

    @Test(arguments: [-86_400_000, -2000, 2000, 3_600_000])
    func `a clock that was set is noticed once, with the distance`(milliseconds: Int64) {
        var watch = ClockWatch(wall: start, elapsed: .zero)
        let wall = start.advanced(by: .seconds(5) + .milliseconds(milliseconds))
        #expect(watch.look(wall: wall, elapsed: .seconds(5)) == .milliseconds(milliseconds))
        #expect(watch.look(wall: wall.advanced(by: .seconds(5)), elapsed: .seconds(10)) == nil)
    }

    @Test func `a long sleep is no jump`() {
        var watch = ClockWatch(wall: start, elapsed: .zero)
        #expect(watch.look(wall: start.advanced(by: .seconds(86_400)), elapsed: .seconds(86_400)) == nil)
    }

    @Test func `small steps add up to a jump`() {
        var watch = ClockWatch(wall: start, elapsed: .zero)
        #expect(watch.look(wall: start.advanced(by: .milliseconds(2500)), elapsed: .milliseconds(1000)) == nil)
        #expect(watch.look(wall: start.advanced(by: .milliseconds(5000)), elapsed: .milliseconds(2000)) == .seconds(3))
    }
}
