public import LumbungCore
import LumbungSignatures

/// A source as an operator sees it, without any secret.
public struct SourceDetail: Sendable, Hashable {
    /// One of its secrets.
    public struct Secret: Sendable, Hashable {
        /// What tells it from others.
        public var fingerprint: String
        /// How many requests it has proved.
        public var uses: Int64
        /// When the last of them came; nil when none did.
        public var lastUsedAt: Timestamp?
    }

    /// Its name.
    public var name: String
    /// The secrets of its check, in the order of the configuration.
    public var secrets: [Secret]
    /// Whether its sender brings the secret itself.
    public var isSecretBrought: Bool
    /// When its sender brought the secret that requests are checked with; nil when there is none such.
    public var capturedAt: Timestamp?
}

extension InboxOperator {
    /// Tells of every configured source, by name.
    /// - Throws: ``OperationError/store(_:)``.
    public func sources() async throws(OperationError) -> [SourceDetail] {
        // What has gathered in memory is counted too.
        try await ask { _ throws(StoreError) in try await secrets.uses.save() }
        let known = try await ask { store throws(StoreError) in try await store.secretUses() }
        let captured = try await ask { store throws(StoreError) in try await store.capturedSecrets() }
        return configured().sources.map(\.source).sorted { $0.name < $1.name }.map { source in
            let live = (source.capture == nil ? source.verifier?.fingerprints.map(\.description) : nil) ?? []
            return SourceDetail(
                name: source.name,
                secrets: live.map { fingerprint in
                    let use = known.first { $0.source == source.name && $0.fingerprint == fingerprint }
                    return SourceDetail.Secret(
                        fingerprint: fingerprint, uses: use?.count ?? 0, lastUsedAt: use?.lastUsedAt)
                },
                isSecretBrought: source.capture != nil,
                // One that came before the source was given secrets is kept, and checks nothing.
                capturedAt: source.capture == nil ? nil : captured.first { $0.source == source.name }?.capturedAt)
        }
    }

    /// Forgets the secret that the sender of a source brought, so that the next one that comes is taken.
    ///
    /// Durability: committed and flushed before this returns.
    /// - Throws: ``OperationError``; ``OperationError/impossible(_:)`` when there is none.
    public func forgetSecret(of source: String) async throws(OperationError) {
        let known = secrets.captures.secret(of: source)
        let wasKept = try await ask { store throws(StoreError) in try await store.forget(capturedSecretOf: source) }
        // The next secret may have come already; the store has kept it.
        secrets.captures.forget(known, of: source)
        guard wasKept else { throw .impossible("no sender of a source \(source) has brought a secret") }
    }
}

/// What a process knows of secrets while it runs, shared by those who take requests in and those who steer.
public struct SourceSecrets: Sendable {
    /// How often each is used.
    public let uses: SecretUses
    /// Those that senders brought.
    public let captures: SecretCaptures

    /// Begins with what a store has kept.
    public init(store: any SecretStore, kept: [CapturedSecret] = []) {
        uses = SecretUses(store: store)
        captures = SecretCaptures(kept)
    }
}
