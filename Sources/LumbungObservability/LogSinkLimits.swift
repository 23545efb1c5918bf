/// The bounds of a log sink's memory and the pace of its writes.
public struct LogSinkLimits: Sendable {
    /// Past this many bytes that are not yet written, lines below `warning` are dropped and counted.
    public var bufferBytes = 8 * 1024 * 1024

    /// Past this many bytes that are not yet written, every line is dropped and counted.
    public var reserveBytes = 16 * 1024 * 1024

    /// After a write, lines are gathered for this long before the next one; a line that comes alone does not wait.
    public var gatherMilliseconds = 2

    /// The defaults: 8 MiB, 16 MiB, 2 ms.
    public init() {}

    /// Makes bounds of other sizes.
    public init(bufferBytes: Int, reserveBytes: Int, gatherMilliseconds: Int = 2) {
        self.bufferBytes = bufferBytes
        self.reserveBytes = reserveBytes
        self.gatherMilliseconds = gatherMilliseconds
    }
}
