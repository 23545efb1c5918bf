/// A request that was refused, kept in a bounded list for the operator.
public struct Rejection: Sendable {
    /// How many rejections a store keeps; older ones make room.
    public static let keptRejections = 1000
    /// How much of a refused body is kept, in bytes (CONTRACT: the first 4 KiB).
    public static let keptBodyBytes = 4096

    /// The source named in the path.
    public var source: String
    /// When it was refused.
    public var rejectedAt: Timestamp
    /// The HTTP status that was answered.
    public var status: Int
    /// Why, in a sentence.
    public var reason: String
    /// The request headers without secrets, as a JSON object text.
    public var headers: String
    /// The first bytes of the body.
    public var bodyPrefix: [UInt8]

    /// Describes a refused request; a longer body is cut to ``keptBodyBytes``.
    public init(
        source: String,
        rejectedAt: Timestamp,
        status: Int,
        reason: String,
        headers: String,
        body: [UInt8]
    ) {
        self.source = source
        self.rejectedAt = rejectedAt
        self.status = status
        self.reason = reason
        self.headers = headers
        self.bodyPrefix = body.count > Self.keptBodyBytes ? Array(body[..<Self.keptBodyBytes]) : body
    }
}
