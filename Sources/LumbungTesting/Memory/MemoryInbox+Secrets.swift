public import LumbungCore

extension MemoryInbox {
    /// Adds to what is known of the use of secrets.
    public func add(secretUses uses: [SecretUse]) async throws(StoreError) {
        try change(.operate) { model throws(StoreError) in model.add(uses) }.get()
    }

    /// Tells how often each secret was used.
    public func secretUses() async throws(StoreError) -> [SecretUse] {
        try change(.read) { model throws(StoreError) in model.sortedSecretUses }.get()
    }

    /// Keeps a secret that a sender brought, and tells so, at once or when the hold ends.
    public func capture(
        _ secret: CapturedSecret, completion: @escaping @Sendable (Result<Bool, StoreError>) -> Void
    ) {
        let result = change(.append) { model throws(StoreError) in model.capture(secret) }
        pass(.append) { completion(result) }
    }

    /// Tells the secrets that senders brought.
    public func capturedSecrets() async throws(StoreError) -> [CapturedSecret] {
        try change(.read) { model throws(StoreError) in model.captured.values.sorted { $0.source < $1.source } }.get()
    }

    /// Forgets the secret that the sender of a source brought.
    public func forget(capturedSecretOf source: String) async throws(StoreError) -> Bool {
        try change(.operate) { model throws(StoreError) in model.captured.removeValue(forKey: source) != nil }.get()
    }
}

extension InboxModel {
    fileprivate var sortedSecretUses: [SecretUse] {
        secretUses.sorted { ($0.source, $0.fingerprint) < ($1.source, $1.fingerprint) }
    }

    fileprivate mutating func add(_ uses: [SecretUse]) {
        for use in uses {
            if let known = secretUses.firstIndex(where: {
                $0.source == use.source && $0.fingerprint == use.fingerprint
            }) {
                secretUses[known].count += use.count
                secretUses[known].lastUsedAt = max(secretUses[known].lastUsedAt, use.lastUsedAt)
            } else {
                secretUses.append(use)
            }
        }
    }

    fileprivate mutating func capture(_ secret: CapturedSecret) -> Bool {
        guard captured[secret.source] == nil else { return false }
        captured[secret.source] = secret
        return true
    }
}
