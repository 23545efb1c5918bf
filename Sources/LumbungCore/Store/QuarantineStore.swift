/// Where requests wait that did not prove who sent them.
public protocol QuarantineStore: Sendable {
    /// Keeps a request unless as much of its source is kept as `limits` say; then what has expired makes room first.
    ///
    /// While there is room nothing is removed: a wall clock that is ahead for a moment costs no request that came before.
    /// Durability: ``QuarantineOutcome/kept(_:)`` is told only after the commit was flushed to disk. The completion is
    /// called once, from the store's thread or at once, and must not block.
    func quarantine(
        _ request: QuarantinedRequest, limits: QuarantineLimits,
        completion: @escaping @Sendable (Result<QuarantineOutcome, StoreError>) -> Void
    )

    /// Lists kept requests, newest first, without their bodies.
    func quarantined(_ query: QuarantineQuery) async throws(StoreError) -> QuarantinePage

    /// Reads one kept request; nil when it is not kept any more.
    func quarantined(_ id: QuarantineID) async throws(StoreError) -> QuarantinedRequest?

    /// Removes kept requests.
    ///
    /// Durability: committed and flushed when this returns.
    /// - Returns: How many there were of them.
    func discard(quarantined ids: [QuarantineID]) async throws(StoreError) -> Int
}

/// Which kept requests a list means.
public struct QuarantineQuery: Sendable, Hashable {
    /// The most requests on a page.
    public static let longestPage = 200

    /// Only those of this source.
    public var source: String?
    /// Only those with a smaller number.
    public var before: QuarantineID?
    /// The most requests, 1 to ``longestPage``.
    public var limit: Int

    /// Means all.
    public init(source: String? = nil, before: QuarantineID? = nil, limit: Int = 50) {
        self.source = source
        self.before = before
        self.limit = min(max(limit, 1), Self.longestPage)
    }
}

/// One page of a list of kept requests.
public struct QuarantinePage: Sendable, Hashable {
    /// A kept request without its body.
    public struct Item: Sendable, Hashable {
        /// Its number.
        public var id: QuarantineID
        /// The request; its body is empty.
        public var request: QuarantinedRequest
        /// How long its body is, in bytes.
        public var bodyBytes: Int

        /// Describes a kept request.
        public init(id: QuarantineID, request: QuarantinedRequest, bodyBytes: Int) {
            self.id = id
            self.request = request
            self.bodyBytes = bodyBytes
        }
    }

    /// The requests, newest first.
    public var items: [Item]
    /// Where the next page begins; nil on the last one.
    public var next: QuarantineID?

    /// Makes a page.
    public init(items: [Item], next: QuarantineID?) {
        self.items = items
        self.next = next
    }
}
