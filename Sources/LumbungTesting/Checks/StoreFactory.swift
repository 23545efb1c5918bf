public import LumbungCore

/// How a store under test is made, and made again after an end of its process.
public struct StoreFactory: Sendable {
    /// A name for test reports.
    public var name: String
    /// Opens a new, empty store.
    public var open: @Sendable () async throws -> any InboxStore
    /// Ends a store as a restart or a kill would and opens what it left; nil for stores that keep nothing.
    public var reopen: (@Sendable (any InboxStore) async throws -> any InboxStore)?

    /// Describes how to make a store.
    public init(
        name: String,
        open: @escaping @Sendable () async throws -> any InboxStore,
        reopen: (@Sendable (any InboxStore) async throws -> any InboxStore)? = nil
    ) {
        self.name = name
        self.open = open
        self.reopen = reopen
    }

    /// The memory store, which ends and starts again with what it held.
    public static let memory = StoreFactory(
        name: "memory",
        open: { MemoryInbox() },
        reopen: { store in
            guard let memory = store as? MemoryInbox else { throw StoreError.invalid("not a memory inbox") }
            return await memory.restarted()
        }
    )

    /// Opens a store with two destinations, lets a check use it, and closes it however the check ends.
    func withBench(_ body: (StoreBench) async throws -> Void) async throws {
        let bench = try await StoreBench(self)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(bench))
        } catch {
            result = .failure(error)
        }
        await bench.store.close()
        try result.get()
    }
}

extension StoreFactory: CustomStringConvertible {
    /// The name.
    public var description: String { name }
}
