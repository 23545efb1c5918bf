import GRDB
import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSQLite

/// An inbox with leased events `e0`, `e1`, …, and a table `ledger` that handlers write to.
enum EffectBench {
    struct Refused: Error {}

    static func withLeases(
        _ count: Int, limit: Duration = .seconds(30),
        _ body: (SQLiteInbox, [DeliveryRecord], InboxFolder) async throws -> Void
    ) async throws {
        try await InboxFolder.with { folder throws in
            let store = try folder.open(effectLimit: limit)
            let id = try #require(try await store.register(destinations: ["ledger"])["ledger"])
            let now = NewEvent.sampleTime
            _ = try await store.recover(now: now)
            try folder.foreignConnection().write {
                try $0.execute(sql: "CREATE TABLE ledger (uuid TEXT NOT NULL)")
            }
            _ = try await store.append((0..<count).map { .sample("e\($0)", to: [id]) })
            let claim = Turn.Claim(destination: id, limit: count, suspectLimit: 0)
            let leases = try await store.turn(
                Turn(records: [], claims: [claim], leaseLimit: count, now: now, leaseUntil: now)
            ).leases
            let timing = AttemptTiming(startedAt: now, endedAt: now, duration: .zero)
            try await body(
                store,
                leases.map { DeliveryRecord(lease: $0, outcome: .delivered, decision: .complete, timing: timing) },
                folder)
            await store.close()
        }
    }

    static func insert(_ text: String) -> @Sendable (Database) throws -> Void {
        { try $0.execute(sql: "INSERT INTO ledger (uuid) VALUES (?)", arguments: [text]) }
    }

    static func ledger(_ folder: InboxFolder) throws -> [String] {
        try folder.foreignConnection().read { try String.fetchAll($0, sql: "SELECT uuid FROM ledger ORDER BY uuid") }
    }
}
