import GRDB
import GRDBSQLite
import LumbungCore
import Testing

@testable import LumbungSQLite

/// A value that SQLite does not take is an error, never a row without it.
struct StatementTests {
    private static func withConnection(_ body: (OpaquePointer) throws -> Void) throws {
        let queue = try DatabaseQueue()
        try queue.inDatabase { database in
            try database.execute(sql: "CREATE TABLE t (text TEXT, bytes BLOB)")
            let connection = try #require(unsafe database.sqliteConnection)
            unsafe _ = sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, 100)
            try unsafe body(connection)
        }
    }

    @Test(arguments: [(99, true), (100, true), (101, false)])
    func `text at the length limit`(_ count: Int, _ isTaken: Bool) throws {
        try Self.withConnection { connection in
            let select = try unsafe Statement(connection, "SELECT length(?1)")
            select.bind(1, text: [UInt8](repeating: 0x61, count: count))
            if isTaken {
                #expect(try select.step())
                #expect(select.int(0) == Int64(count))
            } else {
                #expect(throws: StoreError.invalid("string or blob too big (SQLite code 18)")) {
                    _ = try select.step()
                }
            }
        }
    }

    @Test func `a refused value does not stay with the statement`() throws {
        try Self.withConnection { connection in
            let insert = try unsafe Statement(connection, "INSERT INTO t (bytes) VALUES (?1)")
            insert.bind(1, blob: [UInt8](repeating: 0, count: 101))
            #expect(throws: StoreError.self) { try insert.run() }
            insert.bind(1, blob: [1, 2])
            #expect(try insert.run() == 1)
            let count = try unsafe Statement(connection, "SELECT count(*), max(length(bytes)) FROM t")
            #expect(try count.step())
            #expect([count.int(0), count.int(1)] == [1, 2])
        }
    }

    @Test func `a place that the statement does not have is refused`() throws {
        try Self.withConnection { connection in
            let select = try unsafe Statement(connection, "SELECT ?1")
            select.bind(2, 1)
            #expect(throws: StoreError.self) { _ = try select.step() }
        }
    }
}
