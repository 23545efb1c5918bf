import GRDB

/// Brings a file to the newest schema, one step a transaction.
enum Migration {
    /// Runs the steps the file has not seen.
    ///
    /// A process killed at any point leaves the old or the new version of a step, never something between.
    /// - Throws: ``DatabaseFileProblem`` for a file from a newer program; nothing is changed then.
    static func migrate(_ database: Database, path: String) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        try DatabaseFile.checkVersion(version, path: path)
        guard version < Schema.version else { return }
        // A table that is made anew would drag the rows that refer to it along; each step is checked as a whole instead.
        try database.execute(sql: "PRAGMA foreign_keys = OFF")
        defer { try? database.execute(sql: "PRAGMA foreign_keys = ON") }
        for number in version..<Schema.version {
            try database.inTransaction(.immediate) {
                try database.execute(sql: Schema.steps[number])
                guard try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") == nil else {
                    throw DatabaseFileProblem(
                        "the database \(path) has rows that refer to others that are gone; it was left as it is. "
                            + "Look at it with `lumbung db check`")
                }
                try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(number + 1)")
                return .commit
            }
        }
    }
}
