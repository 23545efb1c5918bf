/// Decides whether new events are let in, by the space left on the file system.
///
/// Below the floor nothing new is stored, so that finishing, recording and pruning still have room; above a higher line
/// it opens again by itself, so that it does not flap at the edge.
struct AdmissionFloor: Sendable {
    /// What the file system has, in bytes.
    struct Space: Sendable, Hashable {
        var totalBytes: Int64
        var freeBytes: Int64
    }

    /// The floor is a twentieth of the file system within these bounds: 1 MiB and 256 MiB.
    static let floorBounds: ClosedRange<Int64> = 1 << 20...256 << 20
    /// The ballast is a sixty-fourth of the file system within these bounds: 256 KiB and 16 MiB.
    static let ballastBounds: ClosedRange<Int64> = 256 << 10...16 << 20

    /// More than a fast disk takes between two looks: 128 MiB.
    static let ampleBytes: Int64 = 128 << 20

    private(set) var isOpen = true

    /// The bytes below which nothing new is stored.
    static func floor(of space: Space) -> Int64 {
        min(max(space.totalBytes / 20, floorBounds.lowerBound), floorBounds.upperBound)
    }

    /// The bytes of the file that is given up when the disk is full.
    static func ballast(of space: Space) -> Int64 {
        min(max(space.totalBytes / 64, ballastBounds.lowerBound), ballastBounds.upperBound)
    }

    /// Whether a reading is below the line with the log as long as it is.
    /// - Parameter logBytes: What the write-ahead log holds; copied back, it may make the database grow by as much.
    func isShort(_ space: Space, logBytes: Int64) -> Bool {
        let floor = Self.floor(of: space)
        return space.freeBytes - logBytes < (isOpen ? floor : floor + floor / 4)
    }

    /// Whether there is so much space that a look now and then is enough; else every group looks.
    func isAmple(_ space: Space, logBytes: Int64) -> Bool {
        space.freeBytes - logBytes > max(8 * Self.floor(of: space), Self.ampleBytes)
    }

    /// Whether there is so much space that requests may be kept which nobody has proved: what strangers send must not
    /// bring events to their floor.
    func hasRoomForStrangers(_ space: Space, logBytes: Int64) -> Bool {
        space.freeBytes - logBytes > 4 * Self.floor(of: space)
    }

    /// Takes a fresh reading.
    /// - Parameters:
    ///   - space: The file system.
    ///   - logBytes: What the write-ahead log holds; copied back, it may make the database grow by as much.
    ///   - reusableBytes: Free pages inside the database file, which new events fill first.
    /// - Returns: Whether new events are let in from now on.
    mutating func measured(_ space: Space, logBytes: Int64, reusableBytes: Int64) -> Bool {
        let floor = Self.floor(of: space)
        let usable = space.freeBytes - logBytes + reusableBytes / 2
        isOpen = space.freeBytes >= floor / 4 && usable >= (isOpen ? floor : floor + floor / 4)
        return isOpen
    }

    /// A write met a full disk although the last reading let it in.
    mutating func metFullDisk() {
        isOpen = false
    }
}
