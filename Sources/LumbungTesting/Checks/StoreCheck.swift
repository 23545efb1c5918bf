public import Testing

/// One rule that every store keeps; the list of all is the conformance suite.
///
/// Run it as `@Test(arguments: StoreCheck.all) func conforms(_ check: StoreCheck) async throws`.
public struct StoreCheck: Sendable, CustomTestStringConvertible {
    /// What is checked, as a sentence.
    public let name: String
    /// Opens a store of the factory, checks the rule with `#expect`, and closes the store.
    public let run: @Sendable (StoreFactory) async throws -> Void

    /// The sentence, for test reports.
    public var testDescription: String { name }

    init(_ name: String, _ check: @escaping @Sendable (StoreBench) async throws -> Void) {
        self.name = name
        self.run = { factory in try await factory.withBench(check) }
    }

    /// The rules for every store.
    public static let all: [StoreCheck] =
        identity + intake + claiming + fairness + limits + recording + fencing + repair + clock + retention + rejections
        + quarantine + secrets + auditLog + operations + bulkReplays + replayBounds + order + ending

    // Those for stores with effects are `effects`.

    /// The rules for stores that survive a restart; their factory must be able to reopen.
    public static let restarts: [StoreCheck] = surviving + [survivingQuarantine, survivingSecrets]
}
