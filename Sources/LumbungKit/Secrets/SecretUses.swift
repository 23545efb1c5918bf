public import LumbungCore
import LumbungSignatures
public import ServiceLifecycle
import Synchronization

/// Counts which secrets prove requests, so that an old one can be retired once nobody signs with it any more.
///
/// Counts in memory and writes what has gathered into the store now and then: what a kill cuts off is lost, at most a minute
/// of it. To be run as a service that ends before the store is closed.
public final class SecretUses: Service {
    /// How long counts gather before they are written.
    static let interval = Duration.seconds(60)

    private struct Key: Hashable {
        var source: String
        var fingerprint: String
    }

    private let store: any SecretStore
    private let counters = Mutex<[Key: SecretCounter]>([:])

    /// Counts into a store.
    public init(store: any SecretStore) {
        self.store = store
    }

    /// What counts the uses of the secrets of a source, in the order of its verifier.
    func counters(of source: Source) -> [SecretCounter] {
        let keys = (source.verifier?.fingerprints ?? []).map {
            Key(source: source.name, fingerprint: $0.description)
        }
        return counters.withLock { counters in
            keys.map { key in
                if let known = counters[key] { return known }
                let new = SecretCounter()
                counters[key] = new
                return new
            }
        }
    }

    /// Writes what has gathered.
    /// - Throws: ``StoreError``; then it goes on to gather.
    public func save() async throws(StoreError) {
        let all = counters.withLock { $0 }
        let taken = all.compactMap { key, counter in counter.take().map { (key, counter, $0) } }
        guard !taken.isEmpty else { return }
        do throws(StoreError) {
            try await store.add(
                secretUses: taken.map { key, _, use in
                    SecretUse(
                        source: key.source, fingerprint: key.fingerprint, count: use.count, lastUsedAt: use.lastUsedAt)
                })
        } catch {
            for (_, counter, use) in taken { counter.note(use.count, at: use.lastUsedAt) }
            throw error
        }
    }

    /// Writes every minute, and once more at a graceful shutdown.
    public func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)
                try? await self.save()
            }
        }
        try? await save()
    }
}

/// Counts how often one secret is used.
final class SecretCounter: Sendable {
    private let count = Atomic<Int64>(0)
    private let lastMilliseconds = Atomic<Int64>(.min)

    /// Counts uses, of which the last was at a time.
    func note(_ uses: Int64 = 1, at time: Timestamp) {
        lastMilliseconds.max(time.milliseconds, ordering: .relaxed)
        count.add(uses, ordering: .releasing)
    }

    /// What has gathered since the last time, if anything has.
    func take() -> (count: Int64, lastUsedAt: Timestamp)? {
        let uses = count.exchange(0, ordering: .acquiring)
        guard uses > 0 else { return nil }
        return (uses, Timestamp(milliseconds: lastMilliseconds.load(ordering: .relaxed)))
    }
}
