import LumbungTesting
import Testing

@testable import LumbungSQLite

struct AdmissionFloorTests {
    private static let mebibyte: Int64 = 1 << 20

    @Test(
        arguments: [
            (0, 1), (20, 1), (21, 1), (40, 2), (1000, 50), (5120, 256), (1_000_000, 256),
        ] as [(Int64, Int64)])
    func `the floor is a twentieth of the file system within its bounds`(_ total: Int64, _ floor: Int64) {
        let space = AdmissionFloor.Space(totalBytes: total * Self.mebibyte, freeBytes: 0)
        #expect(AdmissionFloor.floor(of: space) / Self.mebibyte == floor)
    }

    @Test(arguments: [(0, 256), (16, 256), (64, 1024), (1024, 16_384), (100_000, 16_384)] as [(Int64, Int64)])
    func `the ballast is a sixty-fourth within its bounds`(_ totalMebibytes: Int64, _ kibibytes: Int64) {
        let space = AdmissionFloor.Space(totalBytes: totalMebibytes * Self.mebibyte, freeBytes: 0)
        #expect(AdmissionFloor.ballast(of: space) == kibibytes * 1024)
    }

    /// A file system of 100 MiB: the floor is 5 MiB, it opens again at 6.25 MiB, and never below 1.25 MiB.
    private func measure(_ floor: inout AdmissionFloor, free: Int64, reusable: Int64 = 0) -> Bool {
        floor.measured(.init(totalBytes: 100 * Self.mebibyte, freeBytes: free), logBytes: 0, reusableBytes: reusable)
    }

    @Test func `strangers are let go long before events are refused`() {
        let floor = AdmissionFloor()
        let four = 4 * 5 * Self.mebibyte
        for (free, isRoom) in [(four + 1, true), (four, false)] {
            let space = AdmissionFloor.Space(totalBytes: 100 * Self.mebibyte, freeBytes: free)
            #expect(floor.hasRoomForStrangers(space, logBytes: 0) == isRoom)
            #expect(!floor.isShort(space, logBytes: 0))
            #expect(!floor.hasRoomForStrangers(space, logBytes: 1))
        }
    }

    @Test func `it closes just below the floor and opens at a higher line`() {
        let floorBytes = 5 * Self.mebibyte
        var floor = AdmissionFloor()
        #expect(measure(&floor, free: floorBytes + 1))
        #expect(measure(&floor, free: floorBytes))
        #expect(!measure(&floor, free: floorBytes - 1))
        #expect(!measure(&floor, free: floorBytes))
        #expect(!measure(&floor, free: floorBytes + floorBytes / 4 - 1))
        #expect(measure(&floor, free: floorBytes + floorBytes / 4))
        #expect(measure(&floor, free: floorBytes))
    }

    @Test func `free pages inside the file count by half, but not on a disk that is all but full`() {
        var floor = AdmissionFloor()
        #expect(measure(&floor, free: 2 * Self.mebibyte, reusable: 6 * Self.mebibyte))
        #expect(!measure(&floor, free: 2 * Self.mebibyte, reusable: 6 * Self.mebibyte - 2))
        #expect(!measure(&floor, free: 5 * Self.mebibyte / 4 - 1, reusable: 1000 * Self.mebibyte))
        #expect(measure(&floor, free: 5 * Self.mebibyte / 4, reusable: 1000 * Self.mebibyte))
    }

    @Test func `a full disk closes it at once`() {
        var floor = AdmissionFloor()
        floor.metFullDisk()
        #expect(!floor.isOpen)
        #expect(!measure(&floor, free: 6 * Self.mebibyte))
        #expect(measure(&floor, free: 7 * Self.mebibyte))
    }
}
