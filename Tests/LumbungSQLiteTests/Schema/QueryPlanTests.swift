import Foundation
import GRDB
import LumbungCore
import Testing

@testable import LumbungSQLite

/// Every statement finds its rows through an index: the tables grow to millions of rows.
struct QueryPlanTests {
    /// Every statement by name, with the tables it may walk as a whole and why.
    private static let statements: [(name: String, sql: String, walks: String?)] = [
        ("insertEvent", Statements.insertEvent, nil),
        ("insertDelivery", Statements.insertDelivery, nil),
        ("insertOrderedDelivery", Statements.insertOrderedDelivery, nil),
        ("findIdentity", Statements.findIdentity, nil),
        ("countDuplicate", Statements.countDuplicate, nil),
        ("keepConflict", Statements.keepConflict, nil),
        ("reviveDeliveries", Statements.reviveDeliveries, nil),
        ("insertRejection", Statements.insertRejection, nil),
        ("trimRejections", Statements.trimRejections, nil),
        ("dueDeliveries", Statements.dueDeliveries, nil),
        ("nextSource", Statements.nextSource, nil),
        ("leaseDelivery", Statements.leaseDelivery, nil),
        ("leasedFanout", Statements.leasedFanout, nil),
        ("settleDelivery", Statements.settleDelivery, nil),
        ("releaseDelivery", Statements.releaseDelivery, nil),
        ("insertAttempt", Statements.insertAttempt, nil),
        ("setEventStatus", Statements.setEventStatus, nil),
        ("deliveryStates", Statements.deliveryStates, nil),
        ("orderOf", Statements.orderOf, nil),
        ("letNextGo", Statements.letNextGo, nil),
        ("pullForward", Statements.pullForward, nil),
        ("holdBehind", Statements.holdBehind, nil),
        ("leasedDeliveries", Statements.leasedDeliveries, nil),
        ("returnInterrupted", Statements.returnInterrupted, nil),
        // Once a start, over the index of the open deliveries alone.
        ("countOpen", Statements.countOpen, "delivery USING COVERING INDEX delivery_due"),
        ("nextBootEpoch", Statements.nextBootEpoch, nil),
        ("hastenNew", Statements.hastenNew, nil),
        ("moveRetries", Statements.moveRetries, nil),
        ("oldestEvents", Statements.oldestEvents, nil),
        ("removeAttempts", Statements.removeAttempts, nil),
        ("removeDeliveries", Statements.removeDeliveries, nil),
        ("removeConflicts", Statements.removeConflicts, nil),
        ("removeEvent", Statements.removeEvent, nil),
        ("markPruned", Statements.markPruned, nil),
        ("lastEventID", Statements.lastEventID, nil),
        ("registerDestination", Statements.registerDestination, nil),
        // One row a destination.
        ("listDestinations", Statements.listDestinations, "destination"),
        ("pauseDestination", Statements.pauseDestination, nil),
        ("deliveriesOfEvent", Statements.deliveriesOfEvent, nil),
        ("findEvent", Statements.findEvent, nil),
        ("addDelivery", Statements.addDelivery, nil),
        ("restartDelivery", Statements.restartDelivery, nil),
        ("trimAttempts", Statements.trimAttempts, nil),
        ("cancelDelivery", Statements.cancelDelivery, nil),
        ("setFanout", Statements.setFanout, nil),
        ("markRouted", Statements.markRouted, nil),
        // At most sixteen, over the index of the running ones alone.
        ("beginReplay", Statements.beginReplay, "replay USING INDEX replay_running"),
        ("trimReplays", Statements.trimReplays, nil),
        ("runningReplay", Statements.runningReplay, nil),
        ("advanceReplay", Statements.advanceReplay, nil),
        ("endReplay", Statements.endReplay, nil),
        ("findReplay", Statements.findReplay, nil),
        ("quarantinedOfSource", Statements.quarantinedOfSource, nil),
        ("quarantine", Statements.quarantine, nil),
        ("discardQuarantined", Statements.discardQuarantined, nil),
        ("expireQuarantined", Statements.expireQuarantined, nil),
        ("addSecretUse", Statements.addSecretUse, nil),
        ("captureSecret", Statements.captureSecret, nil),
        ("forgetSecret", Statements.forgetSecret, nil),
        ("beginAudit", Statements.beginAudit, nil),
        ("endAudit", Statements.endAudit, nil),
        ("trimAudit", Statements.trimAudit, nil),
    ]

    @Test func `no statement walks a table or sorts, but the declared ones`() async throws {
        try await Self.withSchema { database in
            for (name, sql, walks) in Self.statements {
                for step in try Self.plan(sql, database) {
                    #expect(!step.contains("TEMP B-TREE"), "\(name): \(step)")
                    guard step.hasPrefix("SCAN"), step != "SCAN CONSTANT ROW" else { continue }
                    #expect(step == walks.map { "SCAN \($0)" }, "\(name): \(step)")
                }
            }
        }
    }

    @Test(arguments: [
        (Statements.findIdentity, ["SEARCH webhook_queue USING INDEX webhook_queue_identity (uuid=? AND source=?)"]),
        (
            Statements.dueDeliveries,
            [
                "SEARCH d USING INDEX delivery_due (destination_id=? AND lane=? AND source=? AND due_at<?)",
                "SEARCH q USING INTEGER PRIMARY KEY (rowid=?)",
            ]
        ),
        (
            Statements.nextSource,
            ["SEARCH delivery USING COVERING INDEX delivery_due (destination_id=? AND lane=? AND source>?)"]
        ),
        (
            Statements.leasedDeliveries,
            ["SEARCH delivery USING INDEX delivery_due (destination_id=? AND lane=?)"]
        ),
        (Statements.leaseDelivery, ["SEARCH delivery USING PRIMARY KEY (event_id=? AND destination_id=?)"]),
        (Statements.oldestEvents, ["SEARCH webhook_queue USING INTEGER PRIMARY KEY (rowid>?)"]),
    ])
    func `the hot statements use the index made for them`(_ sql: String, _ expected: [String]) async throws {
        try await Self.withSchema { database throws in #expect(try Self.plan(sql, database) == expected) }
    }

    @Test func `the contract's look by uuid uses the identity index`() async throws {
        let sql = """
            SELECT id, uuid, type, datetime(created_at) FROM webhook_queue
            WHERE uuid IN ('test-concurrent-1', 'test-concurrent-2') ORDER BY id;
            """
        try await Self.withSchema { database in
            let plan = try Self.plan(sql, database)
            #expect(plan.first == "SEARCH webhook_queue USING INDEX webhook_queue_identity (uuid=?)")
        }
    }

    @Test func `a page of what waits is looked for among the newest first, and one of what runs by its lane`()
        async throws
    {
        func sql(_ status: EventStatus, isWalked: Bool = false) -> String {
            var filter = EventFilter()
            filter.status = status
            let span = EventSpan(after: EventID(5), through: EventID(9))
            let clause = FilterClause(filter, before: EventID(9), span: isWalked ? span : nil, isWalked: isWalked)
            return "SELECT q.id \(clause.sql) DESC LIMIT 51"
        }
        try await Self.withSchema { database in
            let near = ["SEARCH q USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]
            #expect(try Self.plan(sql(.pending, isWalked: true), database) == near)
            let running = try Self.plan(sql(.processing), database)
            #expect(
                running.contains("SEARCH delivery USING COVERING INDEX delivery_due (destination_id=? AND lane=?)"),
                "\(running)")
            #expect(running.first?.hasPrefix("SEARCH q USING INTEGER PRIMARY KEY") == true, "\(running)")
        }
    }

    @Test func `the list above names every statement there is`() throws {
        let source = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/LumbungSQLite/Schema/Statements.swift")
        let text = try String(contentsOf: source, encoding: .utf8)
        let names = text.split(separator: "\n").compactMap { line -> String? in
            let words = line.split(separator: " ")
            return words.starts(with: ["static", "let"]) ? String(words[2]) : nil
        }
        #expect(names == Self.statements.map(\.name))
    }

    private static func withSchema(_ body: (Database) throws -> Void) async throws {
        try await InboxFolder.with { folder in
            let connection = try WriterConnection(path: folder.path, busyTimeout: .seconds(1))
            defer { connection.lock.release(.leftOpen) }
            try connection.queue.inDatabase(body)
            try connection.queue.close()
        }
    }

    private static func plan(_ sql: String, _ database: Database) throws -> [String] {
        // The plan is asked for as the writer's statement stands, with its parameters unbound.
        let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
        statement.setUncheckedArguments(StatementArguments())
        return try Row.fetchAll(statement).map { $0["detail"] }
    }
}
