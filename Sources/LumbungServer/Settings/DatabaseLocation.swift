/// Where the inbox is stored.
public enum DatabaseLocation: Sendable, Equatable {
    /// A SQLite file; the path is as written, relative to the working directory unless it starts with a slash.
    case sqlite(path: String)

    /// Reads `sqlite:PATH`; nil for anything else, for an empty path, and for SQLite's `:memory:`, which would
    /// lose every acked event with the process.
    init?(_ text: String) {
        let prefix = "sqlite:"
        guard text.hasPrefix(prefix) else { return nil }
        let path = String(text.dropFirst(prefix.count))
        guard !path.isEmpty, path != ":memory:", !path.utf8.contains(0) else { return nil }
        // SQLite reads `file:` as a URI with switches of its own (`nolock`, `mode=memory`), past the one-process lock;
        // `//` and `~` look like an address and a home folder, which they would not be.
        guard !path.lowercased().hasPrefix("file:"), !path.hasPrefix("//"), !path.hasPrefix("~") else { return nil }
        self = .sqlite(path: path)
    }

    /// Whether the text asks for PostgreSQL.
    static func isPostgreSQL(_ text: String) -> Bool {
        let lowercased = text.lowercased()
        return lowercased.hasPrefix("postgres:") || lowercased.hasPrefix("postgresql:")
    }
}
