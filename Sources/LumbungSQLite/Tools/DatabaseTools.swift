import Foundation
import GRDB
import LumbungCore

/// What an operator does to an inbox file from the command line.
public struct DatabaseTools: Sendable {
    private let path: String

    /// Points the tools at a file.
    public init(path: String) {
        self.path = path
    }

    /// Brings the schema up to date; refused while a server works on the file.
    /// - Returns: The schema version the file has now.
    /// - Throws: ``DatabaseFileProblem``.
    public func migrate() throws(DatabaseFileProblem) -> Int {
        let connection = try WriterConnection(path: path, busyTimeout: .seconds(5))
        do {
            try connection.queue.close()
            connection.lock.release(.inOrder)
        } catch {
            connection.lock.release(.leftOpen)
        }
        return Schema.version
    }

    /// Reads the whole file and checks its structure and its books; may run beside a server.
    /// - Returns: What is wrong, one sentence each; empty when all is well.
    /// - Throws: ``DatabaseFileProblem`` when there is no such inbox.
    public func check() throws(DatabaseFileProblem) -> [String] {
        try read { database in
            var findings = try String.fetchAll(database, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
            let foreign = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").count
            if foreign > 0 { findings.append("\(foreign) row(s) refer to an event or destination that is gone") }
            for rule in Self.books {
                let broken = try Int.fetchOne(database, sql: rule.sql) ?? 0
                if broken > 0 { findings.append("\(broken) \(rule.finding)") }
            }
            return findings
        }
    }

    /// Writes a whole, consistent copy to a new file; may run beside a server.
    ///
    /// Durability: the copy gets its name only after it was flushed to disk, so a half copy never looks like a good one.
    /// Every event that was acknowledged before the call is in it.
    /// - Throws: ``DatabaseFileProblem``; an existing `target` is left as it is.
    public func backup(to target: String) throws(DatabaseFileProblem) {
        guard !target.isEmpty else { throw DatabaseFileProblem("the backup needs the name of a new file") }
        let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
        var isFolder = ObjCBool(false)
        guard unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw DatabaseFileProblem("the backup cannot be written: there is no folder \(folder)")
        }
        guard !FileManager.default.fileExists(atPath: target) else {
            throw DatabaseFileProblem("the backup \(target) exists already; it was left as it is. Name a new file")
        }
        let partial = target + ".partial"
        try? FileManager.default.removeItem(atPath: partial)
        var isFinished = false
        defer { if !isFinished { try? FileManager.default.removeItem(atPath: partial) } }
        try read { database in
            try database.execute(sql: "VACUUM INTO ?", arguments: [partial])
        }
        do {
            try FileFlush.flush(partial)
            try FileManager.default.moveItem(atPath: partial, toPath: target)
            try FileFlush.flushFolder(of: target)
            isFinished = true
        } catch {
            throw DatabaseFileProblem("the backup could not be finished as \(target): \(error)")
        }
    }

    /// Makes sure that there is an inbox, without making one.
    /// - Throws: ``DatabaseFileProblem``.
    public func requireInbox() throws(DatabaseFileProblem) {
        guard case .inbox = try DatabaseFile(path: path).inspect() else {
            throw DatabaseFileProblem("there is no inbox at \(path); `lumbung serve` or `lumbung db migrate` makes one")
        }
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws(DatabaseFileProblem) -> Value {
        try requireInbox()
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            return try queue.inDatabase(body)
        } catch let failure as DatabaseError {
            throw DatabaseFileProblem("cannot read the database \(path): \(failure.message ?? "\(failure.resultCode)")")
        } catch {
            throw DatabaseFileProblem("cannot read the database \(path): \(error)")
        }
    }

    /// What must be zero in a sound inbox.
    private static let books: [(sql: String, finding: String)] = [
        (
            """
            SELECT count(*) FROM webhook_queue AS q WHERE q.unrouted = 0
            AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.event_id = q.id)
            """, "event(s) have a route but no delivery"
        ),
        (
            """
            SELECT count(*) FROM webhook_queue AS q WHERE q.status IN ('completed', 'dead', 'cancelled')
            AND EXISTS (SELECT 1 FROM delivery AS d WHERE d.event_id = q.id AND d.due_at IS NOT NULL)
            """, "event(s) count as finished while a delivery is open"
        ),
        (
            """
            SELECT count(*) FROM webhook_queue AS q WHERE q.status IN ('pending', 'processing', 'retrying')
            AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.event_id = q.id AND d.due_at IS NOT NULL)
            """, "event(s) wait although no delivery of theirs is open"
        ),
    ]
}
