import GRDBSQLite
import LumbungCore
import Testing

import class GRDB.DatabaseQueue

@testable import LumbungSQLite

/// A value that SQLite does not take is an error, never a row without it.
struct StatementTests {
    /// Lends statements on a database of its own in which no value may have more than 100 bytes.
    private static func withStatements(_ sql: [String], _ body: ([Statement]) throws -> Void) throws {
        let queue = try DatabaseQueue()
        try queue.inDatabase { database in
            try database.execute(sql: "CREATE TABLE t (bytes BLOB)")
            guard let connection = unsafe database.sqliteConnection else { throw StoreError.closed }
            unsafe _ = sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, 100)
            try body(try sql.map { try unsafe Statement(connection, $0) })
        }
    }

    @Test(arguments: [(99, true), (100, true), (101, false)])
    func `text at the length limit`(_ count: Int, _ isTaken: Bool) throws {
        try Self.withStatements(["SELECT length(?1)"]) { statements throws in
            let select = statements[0]
            select.bind(1, text: [UInt8](repeating: 0x61, count: count))
            if isTaken {
                let hasRow = try select.step()
                #expect(hasRow)
                #expect(select.int(0) == Int64(count))
            } else {
                #expect(throws: StoreError.invalid("string or blob too big (SQLite code 18)")) { try select.run() }
            }
        }
    }

    @Test func `a refused value does not stay with the statement`() throws {
        let sql = ["INSERT INTO t (bytes) VALUES (?1)", "SELECT count(*), max(length(bytes)) FROM t"]
        try Self.withStatements(sql) { statements throws in
            let insert = statements[0]
            insert.bind(1, blob: [UInt8](repeating: 0, count: 101))
            #expect(throws: StoreError.self) { try insert.run() }
            insert.bind(1, blob: [1, 2])
            let changed = try insert.run()
            #expect(changed == 1)
            _ = try statements[1].step()
            #expect([statements[1].int(0), statements[1].int(1)] == [1, 2])
        }
    }

    @Test func `a place that the statement does not have is refused`() throws {
        try Self.withStatements(["SELECT ?1"]) { statements throws in
            statements[0].bind(2, 1)
            #expect(throws: StoreError.self) { try statements[0].run() }
        }
    }
}
