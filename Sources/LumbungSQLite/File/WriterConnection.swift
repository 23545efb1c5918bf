import GRDB
import GRDBSQLite
import LumbungCore

/// Opens the writing connection: the right file, one process, the pragmas that the promises need, the newest schema.
struct WriterConnection {
    let queue: DatabaseQueue
    let lock: FileLock
    /// What the operator must know about the state in which the file was found.
    let remarks: [String]

    /// Opens or makes the file.
    ///
    /// Durability: before this returns everything in the write-ahead log was copied into the file and flushed, so that
    /// frames whose own flush had failed in an earlier process are either durable or gone before anything is acknowledged.
    /// - Throws: ``DatabaseFileProblem``, with the file as it was found.
    init(path: String, busyTimeout: Duration) throws(DatabaseFileProblem) {
        let file = DatabaseFile(path: path)
        if try file.inspect() == .absent {
            try file.makeFolder()
            try file.makeEmpty()
        }
        lock = try FileLock(database: path)
        do {
            let finding = try file.inspect()
            remarks = Self.remarks(file, finding, wasLeftOpen: lock.wasLeftOpen)
            queue = try Self.open(path, finding: finding, busyTimeout: busyTimeout)
        } catch {
            lock.release(.asFound)
            throw Self.problem(error, path: path)
        }
    }

    /// A process that ended without closing the inbox leaves its log behind, which may hold acknowledged events.
    private static func remarks(_ file: DatabaseFile, _ finding: DatabaseFile.Finding, wasLeftOpen: Bool) -> [String] {
        guard wasLeftOpen, case .inbox = finding, !file.hasLogFile else { return [] }
        return [
            "the last process did not close \(file.path), and its write-ahead log \(file.path)-wal is gone: unless this "
                + "file is a restored backup, events that were acknowledged may be lost. Put the log back beside it while "
                + "no server runs, or ask the senders to send again what they sent before the last process ended"
        ]
    }

    private static func open(
        _ path: String, finding: DatabaseFile.Finding, busyTimeout: Duration
    ) throws -> DatabaseQueue {
        if finding == .unmarked { try DatabaseFile(path: path).refuseForeignContents() }
        var configuration = Configuration()
        configuration.label = "lumbung.writer"
        configuration.busyMode = .timeout(Double(busyTimeout.wholeMilliseconds) / 1000)
        configuration.foreignKeysEnabled = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { database in
            try applyPragmas(database)
            try Migration.migrate(database, path: path)
            try checkpointWhole(database, path: path)
        }
        return queue
    }

    /// Sets what the promises need and reads every value back: a pragma that did not take is silent otherwise.
    private static func applyPragmas(_ database: Database) throws {
        for (name, set, expected) in [
            ("journal_mode", "WAL", "wal"),
            ("synchronous", "FULL", "2"),
            ("foreign_keys", "ON", "1"),
            ("wal_autocheckpoint", "0", "0"),
            ("cache_size", "-8192", "-8192"),
            ("secure_delete", "OFF", "0"),
            ("temp_store", "MEMORY", "2"),
        ] {
            try database.execute(sql: "PRAGMA \(name) = \(set)")
            let value = try Row.fetchOne(database, sql: "PRAGMA \(name)").flatMap { String.fromDatabaseValue($0[0]) }
            let number = try Row.fetchOne(database, sql: "PRAGMA \(name)").flatMap { Int.fromDatabaseValue($0[0]) }
            guard value == expected || number.map(String.init) == expected else {
                throw DatabaseFileProblem(
                    "SQLite did not take the setting \(name) = \(set) for this database; it says \(value ?? "nothing")")
            }
        }
    }

    /// Copies the whole log into the file and flushes it.
    ///
    /// Where a reader from outside is in the way, such as a backup, the log is written over with itself and flushed instead.
    /// On a full disk the ballast is given up for it. Where even that is not enough the start goes on: nothing new is let
    /// in before the log could be copied, while what is stored is worked off and pruned.
    private static func checkpointWhole(_ database: Database, path: String) throws {
        do {
            _ = try database.checkpoint(.truncate)
        } catch let failure as DatabaseError where failure.resultCode == .SQLITE_BUSY {
            _ = try database.checkpoint(.passive)
            try LogRewriting.rewrite(DatabaseFile(path: path).logPath)
        } catch let failure as DatabaseError where failure.resultCode == .SQLITE_FULL {
            guard DiskSpace(databasePath: path).dropBallast() else { return }
            do {
                _ = try database.checkpoint(.truncate)
            } catch let failure as DatabaseError where failure.resultCode == .SQLITE_FULL {
                return
            }
        }
    }

    private static func problem(_ error: any Error, path: String) -> DatabaseFileProblem {
        if let problem = error as? DatabaseFileProblem { return problem }
        guard let failure = error as? DatabaseError else {
            return DatabaseFileProblem("cannot open the database \(path): \(error)")
        }
        let sentence = failure.message ?? "SQLite code \(failure.extendedResultCode.rawValue)"
        switch failure.resultCode {
        case .SQLITE_READONLY, .SQLITE_CANTOPEN:
            return DatabaseFileProblem(
                "the database \(path) cannot be written: \(sentence). Check the disk and the permissions of its folder")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return DatabaseFileProblem("the database \(path) is damaged: \(sentence). Restore it from a backup")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return DatabaseFileProblem("the database \(path) is locked by another program: \(sentence)")
        case .SQLITE_FULL:
            return DatabaseFileProblem("the disk of the database \(path) is full; free some space and start again")
        default:
            return DatabaseFileProblem("cannot open the database \(path): \(sentence)")
        }
    }
}
