/// Everything the ingest listener bounds; each default is the contract's or the design's.
public struct IngestLimits: Sendable, Hashable {
    /// The largest body in bytes of a source without a limit of its own; larger ones are told 413.
    public var maxBodyBytes = 1_048_576
    /// The largest header field, and the largest sum of the path and all names and values, in bytes; more is told 431.
    public var maxHeaderBytes = 16_384
    /// The most header fields of one request, trailers included; more is told 431.
    public var maxHeaderFields = 100
    /// The most open connections.
    ///
    /// Past them the one without a request that has been idle for longest is closed, so that
    /// nobody is kept out by connections that ask for nothing; while all have requests, others wait in the kernel's queue.
    public var maxConnections = 4096
    /// The most bytes of unfinished bodies in memory over all connections; a body past them is told 503.
    public var maxBufferedBytes = 256 * 1024 * 1024
    /// How many connections the kernel holds for the listener before it refuses.
    public var backlogConnections = 4096
    /// The most requests that one connection may send ahead of an answer.
    public var maxPipelinedRequests = 100
    /// How long a request head may take from its first byte; longer is told 408.
    public var headerTime: Duration = .seconds(10)
    /// How long a body may take from the end of its head; longer is told 408.
    public var bodyTime: Duration = .seconds(30)
    /// How long a connection may stay open between requests; then it is closed without a word.
    public var idleTime: Duration = .seconds(15)
    /// How long the sender may take to read an answer; then the connection is closed.
    public var answerTime: Duration = .seconds(15)
    /// How long what a refused sender still sends is thrown away, so that a reset does not overtake its answer.
    public var lingerTime: Duration = .seconds(5)
    /// How long a body may still take once the server is stopping; longer is told 503.
    public var stopTime: Duration = .seconds(5)
    /// How often deadlines are looked at, which is how late each of them may be.
    public var sweepInterval: Duration = .seconds(1)

    /// How many connections the listener accepts: some more than it keeps, so that one can be let go for another.
    public var acceptedConnections: Int { maxConnections + max(1, maxConnections / 16) }

    /// Makes the default limits.
    public init() {}
}
