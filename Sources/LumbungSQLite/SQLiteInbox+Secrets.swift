import GRDB
public import LumbungCore

extension SQLiteInbox {
    /// Adds to what is known of the use of secrets.
    public func add(secretUses uses: [SecretUse]) async throws(StoreError) {
        try await perform { session throws(StoreError) in try session.add(uses) }
    }

    /// Tells how often each secret was used, beside the writer, within two seconds.
    public func secretUses() async throws(StoreError) -> [SecretUse] {
        try await reader.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM lumbung_secret_use ORDER BY source, fingerprint").map {
                row in
                SecretUse(
                    source: row["source"], fingerprint: row["fingerprint"], count: row["uses"],
                    lastUsedAt: Timestamp(milliseconds: row["last_used_at"]))
            }
        }
    }

    /// Keeps a secret that a sender brought.
    public func capture(
        _ secret: CapturedSecret, completion: @escaping @Sendable (Result<Bool, StoreError>) -> Void
    ) {
        submit({ session throws(StoreError) in try session.capture(secret) }, completion: completion)
    }

    /// Tells the secrets that senders brought, beside the writer, within two seconds.
    public func capturedSecrets() async throws(StoreError) -> [CapturedSecret] {
        try await reader.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM lumbung_captured_secret ORDER BY source").map { row in
                CapturedSecret(
                    source: row["source"], secret: row["secret"],
                    capturedAt: Timestamp(milliseconds: row["captured_at"]))
            }
        }
    }

    /// Forgets the secret that the sender of a source brought.
    public func forget(capturedSecretOf source: String) async throws(StoreError) -> Bool {
        try await perform { session throws(StoreError) in try session.forgetCaptured(of: source) }
    }
}
