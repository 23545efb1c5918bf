/// The number of a request in quarantine; never given twice.
public struct QuarantineID: Sendable, Hashable, Comparable {
    /// The number, from 1.
    public let value: Int64

    /// Wraps a number.
    public init(_ value: Int64) {
        self.value = value
    }

    /// Orders by number.
    public static func < (left: QuarantineID, right: QuarantineID) -> Bool {
        left.value < right.value
    }
}

/// A request that did not prove who sent it, kept whole until a person has mended its source.
///
/// It holds what its sender sent, secrets included: without them it could not be checked again.
public struct QuarantinedRequest: Sendable, Hashable {
    /// The source named in the path.
    public var source: String
    /// When it was read.
    public var receivedAt: Timestamp
    /// When it is removed, whatever became of it.
    public var expiresAt: Timestamp
    /// Who sent it, as text; empty when that is not known.
    public var address: String
    /// The request target as sent: path and query.
    public var target: String
    /// The headers as they came, a line `Name: value` each.
    public var headers: String
    /// The whole body.
    public var body: [UInt8]
    /// The step of the check that failed.
    public var step: String
    /// Why it failed, in a sentence.
    public var reason: String

    /// Describes a request.
    public init(
        source: String, receivedAt: Timestamp, expiresAt: Timestamp, address: String, target: String, headers: String,
        body: [UInt8], step: String, reason: String
    ) {
        self.source = source
        self.receivedAt = receivedAt
        self.expiresAt = expiresAt
        self.address = address
        self.target = target
        self.headers = headers
        self.body = body
        self.step = step
        self.reason = reason
    }

    /// What it counts for within ``QuarantineLimits/bytes``.
    public var size: Int { body.count + headers.utf8.count + target.utf8.count }
}

/// How much of one source is kept in quarantine.
public struct QuarantineLimits: Sendable, Hashable {
    /// The most requests.
    public var requests: Int
    /// The most bytes of bodies, headers and targets.
    public var bytes: Int

    /// Makes limits.
    public init(requests: Int = 1000, bytes: Int = 64 * 1024 * 1024) {
        self.requests = requests
        self.bytes = bytes
    }
}

/// What became of a request that was to be kept in quarantine.
public enum QuarantineOutcome: Sendable, Hashable {
    /// It is kept: committed and flushed.
    case kept(QuarantineID)
    /// As much of its source is kept as may be. What is kept stays: its sender may have been told that it arrived.
    case full
    /// The disk is short: what is left is for finishing and pruning.
    case noSpace
}
