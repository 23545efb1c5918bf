import GRDBSQLite

extension DatabaseFile {
    /// Refuses an unmarked SQLite file that somebody has put something into, without changing it.
    ///
    /// Without a log everything stands in the file itself, and `immutable` keeps SQLite from laying files beside it. With a
    /// log only SQLite can tell: the file may be an inbox whose first start was cut before its log was copied back.
    func refuseForeignContents() throws {
        var opened: OpaquePointer?
        let uri = "file:\(uriPath)?mode=ro" + (hasLog ? "" : "&immutable=1")
        let code = unsafe sqlite3_open_v2(uri, &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil)
        defer { unsafe _ = sqlite3_close_v2(opened) }
        guard code == SQLITE_OK, let connection = unsafe opened else {
            throw DatabaseFileProblem("cannot read the database \(path): SQLite code \(code)")
        }
        let mark = try unsafe Self.number("PRAGMA application_id", connection)
        guard mark != Int64(Schema.applicationID) else { return }
        let tables = try unsafe Self.number("SELECT count(*) FROM sqlite_master", connection)
        let version = try unsafe Self.number("PRAGMA user_version", connection)
        guard mark == 0, tables == 0, version == 0 else { throw Self.foreign(path) }
    }

    private static func number(_ sql: String, _ connection: OpaquePointer) throws -> Int64 {
        let query = try unsafe Statement(connection, sql)
        return try query.step() ? query.int(0) : 0
    }

    /// The path for <https://www.sqlite.org/uri.html>, section 3: an absolute one behind an empty authority, every byte
    /// that could mean something escaped.
    private var uriPath: String {
        let plain = Set("/-._~".utf8)
        let escaped = path.utf8.map { byte in
            let isLetterOrDigit =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: false
                }
            if isLetterOrDigit || plain.contains(byte) { return String(UnicodeScalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return (path.hasPrefix("/") ? "//" : "") + escaped.joined()
    }
}
