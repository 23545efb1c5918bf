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
        // Views and triggers of other programs may name it while it is not there, and mean its successor afterwards.
        try database.execute(sql: "PRAGMA legacy_alter_table = ON")
        defer { try? database.execute(sql: "PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON") }
        for number in version..<Schema.version {
            try database.inTransaction(.immediate) {
                if number == version { try checkReferences(database, path: path) }
                try database.execute(sql: Schema.steps[number])
                try checkReferences(database, path: path)
                try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(number + 1)")
                return .commit
            }
        }
    }

    /// Looks for rows of the inbox that refer to nothing; those of other tables are not its business.
    private static func checkReferences(_ database: Database, path: String) throws {
        for table in EffectRules.inboxTables.sorted() where try database.tableExists(table) {
            guard try Row.fetchOne(database, sql: "PRAGMA foreign_key_check(\(table))") == nil else {
                throw DatabaseFileProblem(
                    "the database \(path) has rows that refer to others that are gone; it was left as it is. "
                        + "Look at it with `lumbung db check`")
            }
        }
    }
}
