import LumbungCore
import Testing

extension StoreCheck {
    static let secrets: [StoreCheck] = [
        StoreCheck("uses of a secret are added up, and the latest time counts") { bench async throws in
            let early = bench.now
            let late = early.advanced(by: .seconds(60))
            try await bench.store.add(secretUses: [
                SecretUse(source: "shop", fingerprint: "b", count: 3, lastUsedAt: late),
                SecretUse(source: "shop", fingerprint: "a", count: 1, lastUsedAt: early),
            ])
            try await bench.store.add(secretUses: [
                SecretUse(source: "shop", fingerprint: "b", count: 4, lastUsedAt: early),
                SecretUse(source: "bank", fingerprint: "b", count: 1, lastUsedAt: early),
            ])
            #expect(
                try await bench.store.secretUses() == [
                    SecretUse(source: "bank", fingerprint: "b", count: 1, lastUsedAt: early),
                    SecretUse(source: "shop", fingerprint: "a", count: 1, lastUsedAt: early),
                    SecretUse(source: "shop", fingerprint: "b", count: 7, lastUsedAt: late),
                ])
        },
        StoreCheck("the first secret that a sender brings stays until it is forgotten") { bench async throws in
            let first = CapturedSecret(source: "tasks", secret: "first", capturedAt: bench.now)
            let second = CapturedSecret(source: "tasks", secret: "second", capturedAt: bench.now)
            #expect(try await bench.capture(first))
            #expect(try await !bench.capture(second))
            #expect(try await !bench.capture(first))
            #expect(try await bench.store.capturedSecrets() == [first])
            #expect(try await !bench.store.forget(capturedSecretOf: "other"))
            #expect(try await bench.store.forget(capturedSecretOf: "tasks"))
            #expect(try await bench.capture(second))
            #expect(try await bench.store.capturedSecrets() == [second])
        },
    ]

    static let survivingSecrets = StoreCheck("a captured secret and the uses of secrets survive a restart") {
        bench async throws in
        let secret = CapturedSecret(source: "tasks", secret: "first", capturedAt: bench.now)
        let use = SecretUse(source: "shop", fingerprint: "a", count: 1, lastUsedAt: bench.now)
        #expect(try await bench.capture(secret))
        try await bench.store.add(secretUses: [use])
        try await bench.reopen()
        #expect(try await bench.store.capturedSecrets() == [secret])
        #expect(try await bench.store.secretUses() == [use])
    }
}

extension StoreBench {
    fileprivate func capture(_ secret: CapturedSecret) async throws -> Bool {
        let store = store
        let result: Result<Bool, StoreError> = await withCheckedContinuation { continuation in
            store.capture(secret) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}
