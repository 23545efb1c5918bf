/// A way to bring one event to one destination.
///
/// Delivery: a transport tries once and tells how it ended; it never retries by itself and never throws. It ends within
/// its own timeout, and soon after its task is cancelled (then with ``AttemptOutcome/Kind/interrupted``).
public protocol Transport: Sendable {
    /// Tries to deliver.
    /// - Parameter attempt: The lease that allows the attempt and the time it starts at.
    /// - Returns: How it ended.
    func deliver(_ attempt: Attempt) async -> AttemptOutcome

    /// Whether it never waits for anything outside the process. Such deliveries are handed out in batches.
    var isImmediate: Bool { get }

    /// Lets go of what it holds open; called once, after the last attempt.
    func shutdown() async
}

extension Transport {
    /// Most transports wait for somebody.
    public var isImmediate: Bool { false }

    /// Most transports hold nothing open.
    public func shutdown() async {}
}

/// One attempt as a transport sees it.
public struct Attempt: Sendable {
    /// The event, its number in the queue and the attempt's number.
    public var lease: Lease
    /// The name of the destination.
    public var destinationName: String
    /// The wall-clock time at the start.
    public var startedAt: Timestamp

    /// Describes an attempt that is about to run.
    public init(lease: Lease, destinationName: String, startedAt: Timestamp) {
        self.lease = lease
        self.destinationName = destinationName
        self.startedAt = startedAt
    }
}
