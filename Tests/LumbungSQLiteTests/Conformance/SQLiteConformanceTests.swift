import Foundation
import LumbungTesting
import Testing

struct SQLiteConformanceTests {
    /// How many random lives are run; `LUMBUNG_RANDOM_LIVES=500 swift test --filter Conformance` runs more.
    private static let lives = ProcessInfo.processInfo.environment["LUMBUNG_RANDOM_LIVES"].flatMap(UInt64.init) ?? 12

    @Test(arguments: StoreCheck.all + StoreCheck.effects)
    func conforms(_ check: StoreCheck) async throws {
        try await InboxFolder.with { folder in try await check.run(folder.closing) }
    }

    @Test(arguments: StoreCheck.restarts)
    func `survives a restart in order`(_ check: StoreCheck) async throws {
        try await InboxFolder.with { folder in try await check.run(folder.closing) }
    }

    @Test(arguments: StoreCheck.restarts)
    func `survives a kill`(_ check: StoreCheck) async throws {
        try await InboxFolder.with { folder in try await check.run(folder.killing) }
    }

    @Test(arguments: 0..<lives)
    func `agrees with the model over a random life`(_ seed: UInt64) async throws {
        try await InboxFolder.with { folder in
            let factory = seed % 2 == 0 ? folder.closing : folder.killing
            try await StoreRandomTest.run(seed: seed, steps: 300, factory: factory)
        }
    }
}
