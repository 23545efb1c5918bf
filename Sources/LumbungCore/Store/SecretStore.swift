/// What is remembered of the secrets that requests are checked with.
public protocol SecretStore: Sendable {
    /// Adds to what is known of the use of secrets; the latest time counts.
    ///
    /// Durability: committed and flushed when this returns.
    func add(secretUses uses: [SecretUse]) async throws(StoreError)

    /// Tells how often and when each secret was used, also those that are not configured any more.
    func secretUses() async throws(StoreError) -> [SecretUse]

    /// Keeps a secret that a sender brought, unless one of the same source is kept already.
    ///
    /// Durability: true is told only after the commit was flushed to disk; false when another one is kept. The completion
    /// is called once, from the store's thread or at once, and must not block.
    func capture(_ secret: CapturedSecret, completion: @escaping @Sendable (Result<Bool, StoreError>) -> Void)

    /// Tells the secrets that senders brought.
    func capturedSecrets() async throws(StoreError) -> [CapturedSecret]

    /// Forgets the secret that the sender of a source brought.
    ///
    /// Durability: committed and flushed when this returns.
    /// - Returns: Whether there was one.
    func forget(capturedSecretOf source: String) async throws(StoreError) -> Bool
}

/// How often a secret proved a request.
public struct SecretUse: Sendable, Hashable {
    /// The source.
    public var source: String
    /// What tells the secret from others without telling it.
    public var fingerprint: String
    /// How many requests it proved.
    public var count: Int64
    /// When the last of them came.
    public var lastUsedAt: Timestamp

    /// Describes a use.
    public init(source: String, fingerprint: String, count: Int64, lastUsedAt: Timestamp) {
        self.source = source
        self.fingerprint = fingerprint
        self.count = count
        self.lastUsedAt = lastUsedAt
    }
}

/// A secret that the sender of a source brought with its handshake.
public struct CapturedSecret: Sendable, Hashable {
    /// The source.
    public var source: String
    /// The secret as it came.
    public var secret: String
    /// When it came.
    public var capturedAt: Timestamp

    /// Describes a secret.
    public init(source: String, secret: String, capturedAt: Timestamp) {
        self.source = source
        self.secret = secret
        self.capturedAt = capturedAt
    }
}

extension CapturedSecret: CustomStringConvertible, CustomReflectable {
    /// The source and a mask.
    public var description: String { "\(source): ********" }

    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
