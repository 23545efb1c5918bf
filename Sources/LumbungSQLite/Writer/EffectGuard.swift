import GRDBSQLite

/// Keeps the statements of handlers to tables of their own while they share the writer's transaction.
///
/// Registered once, since SQLite prepares every statement anew when the authorizer changes; it refuses only while
/// ``isOn``. See <https://www.sqlite.org/c3ref/set_authorizer.html>.
@safe final class EffectGuard {
    /// The savepoint that an effect is undone to.
    static let savepoint = "lumbung_effect"
    /// The tables of the inbox: an effect may read them and nothing else.
    static let ownTables: Set<String> = [
        "webhook_queue", "delivery", "attempt", "conflict", "rejection", "destination", "replay", "meta",
    ]
    /// The pragmas that tell something and change nothing.
    private static let pragmas: Set<String> = [
        "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list",
        "foreign_key_check", "database_list",
    ]

    /// Whether a handler's statements are being prepared.
    var isOn = false

    /// Watches a connection; to be kept as long as that is open.
    func register(on connection: OpaquePointer) {
        unsafe sqlite3_set_authorizer(
            connection,
            { context, action, first, second, _, _ in
                guard let context = unsafe context else { return SQLITE_OK }
                let guardian = unsafe Unmanaged<EffectGuard>.fromOpaque(context).takeUnretainedValue()
                guard guardian.isOn else { return SQLITE_OK }
                let first = unsafe first.map { unsafe String(cString: $0) } ?? ""
                let second = unsafe second.map { unsafe String(cString: $0) } ?? ""
                return EffectGuard.refuses(action, first, second) ? SQLITE_DENY : SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Whether a handler may not do this.
    /// - Parameters:
    ///   - action: SQLite's action code.
    ///   - first: Its first name: mostly a table, an index or a trigger.
    ///   - second: Its second name: the table of an index or a trigger, a savepoint, or the value of a pragma.
    static func refuses(_ action: Int32, _ first: String, _ second: String) -> Bool {
        switch action {
        case SQLITE_TRANSACTION, SQLITE_ATTACH, SQLITE_DETACH: true
        case SQLITE_SAVEPOINT: second.lowercased() == savepoint
        case SQLITE_PRAGMA: !pragmas.contains(first.lowercased())
        case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE, SQLITE_DROP_TABLE, SQLITE_DROP_VIEW:
            ownTables.contains(first.lowercased())
        case SQLITE_ALTER_TABLE, SQLITE_CREATE_INDEX, SQLITE_DROP_INDEX, SQLITE_CREATE_TRIGGER, SQLITE_DROP_TRIGGER:
            ownTables.contains(second.lowercased())
        default: false
        }
    }
}
