import GRDBSQLite

/// What a handler's statements may do, told by what SQLite asks while it prepares them.
///
/// The codes and their names: <https://www.sqlite.org/c3ref/c_alter_table.html>.
struct EffectRules {
    /// The tables of the inbox: an effect may read them and nothing else.
    static let inboxTables: Set<String> = [
        "webhook_queue", "delivery", "attempt", "conflict", "rejection", "destination", "replay", "meta",
        "lumbung_quarantine", "lumbung_secret_use", "lumbung_captured_secret",
        "lumbung_audit",
    ]
    /// How names begin that the inbox keeps for later versions of its schema.
    static let reservedPrefix = "lumbung_"
    /// The pragmas that tell something and change nothing.
    private static let pragmas: Set<String> = [
        "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list",
        "foreign_key_check", "database_list", "quick_check",
    ]

    /// Whether a table was made or changed, which can stop the inbox in ways that are not asked for beforehand.
    private(set) var hasChangedTables = false
    /// SQLite itself empties its own tables of what is dropped, asking for that like for anybody's statement.
    private var isDropping = false
    /// It renames a row of its own when a table gets another name.
    private var isRenaming = false
    /// It fills an index that is made as by REINDEX.
    private var newIndex: String?

    /// Whether a handler may not do this.
    /// - Parameters:
    ///   - action: SQLite's action code.
    ///   - first: Its first name: mostly a table, an index or a trigger.
    ///   - second: Its second name: the table of an index or a trigger, a column, a savepoint, or the value of a pragma.
    ///   - isTemporary: Whether it is about the temporary database, which no savepoint undoes once it is there.
    mutating func refuses(_ action: Int32, _ first: String, _ second: String, isTemporary: Bool = false) -> Bool {
        let (first, second) = (first.lowercased(), second.lowercased())
        let isRefused =
            isTemporary ? isForbiddenTemporary(action, first) : isForbidden(action, first, second)
        if !isRefused { note(action, first) }
        return isRefused
    }

    private func isForbidden(_ action: Int32, _ first: String, _ second: String) -> Bool {
        switch action {
        case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: false
        case SQLITE_FUNCTION: second == "load_extension"
        case SQLITE_SAVEPOINT: second == EffectGuard.savepoint
        case SQLITE_PRAGMA: !Self.pragmas.contains(first)
        case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE: isForbiddenWrite(action, to: first, column: second)
        case SQLITE_CREATE_TABLE, SQLITE_CREATE_VIEW, SQLITE_CREATE_VTABLE: first.hasPrefix(Self.reservedPrefix)
        case SQLITE_CREATE_INDEX, SQLITE_CREATE_TRIGGER:
            first.hasPrefix(Self.reservedPrefix) || Self.inboxTables.contains(second)
        case SQLITE_DROP_TABLE, SQLITE_DROP_VIEW, SQLITE_DROP_VTABLE: Self.inboxTables.contains(first)
        case SQLITE_ALTER_TABLE, SQLITE_DROP_INDEX, SQLITE_DROP_TRIGGER: Self.inboxTables.contains(second)
        case SQLITE_REINDEX: first != newIndex
        // Transactions, other files, ANALYZE.
        default: true
        }
    }

    private func isForbiddenTemporary(_ action: Int32, _ first: String) -> Bool {
        switch action {
        case SQLITE_READ: false
        case SQLITE_PRAGMA: !Self.pragmas.contains(first)
        // ALTER TABLE changes what names the table there, too; there is nothing.
        case SQLITE_UPDATE: first != "sqlite_temp_master"
        default: true
        }
    }

    private func isForbiddenWrite(_ action: Int32, to table: String, column: String) -> Bool {
        guard table.hasPrefix("sqlite_") else { return Self.inboxTables.contains(table) }
        return switch (action, table) {
        // Statements of one's own on the schema SQLite refuses by itself.
        case (_, "sqlite_master"): false
        case (SQLITE_DELETE, _): !isDropping
        case (SQLITE_UPDATE, "sqlite_sequence"): !isRenaming || column != "name"
        default: true
        }
    }

    /// Follows what belongs to the statement that is being prepared.
    private mutating func note(_ action: Int32, _ first: String) {
        switch action {
        case SQLITE_DROP_TABLE, SQLITE_DROP_INDEX: isDropping = true
        case SQLITE_DELETE, SQLITE_READ, SQLITE_DROP_TRIGGER: break
        default: isDropping = false
        }
        switch action {
        case SQLITE_CREATE_TABLE: hasChangedTables = true
        case SQLITE_ALTER_TABLE: (isRenaming, hasChangedTables) = (true, true)
        case SQLITE_UPDATE where first == "sqlite_sequence": isRenaming = false
        case SQLITE_CREATE_INDEX: newIndex = first
        default: break
        }
    }
}
