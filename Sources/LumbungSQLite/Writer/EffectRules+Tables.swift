import GRDB
import LumbungCore

extension EffectRules {
    /// Looks for tables of handlers that would stop the inbox, once one was made or changed.
    ///
    /// SQLite does not ask the authorizer about a foreign key or a new name. A key that refers to a table of the inbox keeps
    /// its rows from being removed, and one that does not fit has every change of them fail.
    /// - Throws: ``EffectRefused``.
    static func checkTables(of database: Database) throws {
        if let row = try Row.fetchOne(database, sql: foreignKeys) {
            throw EffectRefused.refersToInbox(table: row[0], inboxTable: row[1])
        }
        if let name = try String.fetchOne(database, sql: reservedNames) { throw EffectRefused.reservedName(name) }
    }

    private static let foreignKeys = """
        SELECT mine.name, lower(foreign_key."table") FROM sqlite_master AS mine, pragma_foreign_key_list(mine.name) AS foreign_key
        WHERE mine.type = 'table' AND mine.name NOT IN (\(inboxNames)) AND lower(foreign_key."table") IN (\(inboxNames))
        """

    private static let reservedNames = """
        SELECT name FROM sqlite_master
        WHERE lower(substr(name, 1, \(reservedPrefix.utf8.count))) = '\(reservedPrefix)' AND tbl_name NOT IN (\(inboxNames))
        """

    private static let inboxNames = inboxTables.sorted().map { "'\($0)'" }.joined(separator: ", ")
}
