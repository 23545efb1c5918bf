import LumbungCore

extension WriterSession {
    /// Adds to what is known of the use of secrets.
    func add(_ uses: [SecretUse]) throws(StoreError) {
        let add = try unsafe Statement(connection, Statements.addSecretUse)
        for use in uses {
            add.bind(1, use.source)
            add.bind(2, use.fingerprint)
            add.bind(3, use.count)
            add.bind(4, use.lastUsedAt.milliseconds)
            try add.run()
        }
    }

    /// Keeps a secret that a sender brought.
    /// - Returns: Whether none of its source was kept before.
    func capture(_ secret: CapturedSecret) throws(StoreError) -> Bool {
        let insert = try unsafe Statement(connection, Statements.captureSecret)
        insert.bind(1, secret.source)
        insert.bind(2, secret.secret)
        insert.bind(3, secret.capturedAt.milliseconds)
        return try insert.run() == 1
    }

    /// Forgets the secret that the sender of a source brought.
    /// - Returns: Whether there was one.
    func forgetCaptured(of source: String) throws(StoreError) -> Bool {
        let remove = try unsafe Statement(connection, Statements.forgetSecret)
        remove.bind(1, source)
        return try remove.run() == 1
    }
}
