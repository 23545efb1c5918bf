import Glibc
import LumbungCore
import LumbungSQLite

/// `lumbung db …`: what an operator does to the configured database.
public struct DatabaseCommand: Sendable {
    private let settings: Settings
    private let path: String

    /// Points the command at the configured database.
    public init(settings: Settings) {
        self.settings = settings
        switch settings.databaseURL {
        case .sqlite(let path): self.path = path
        }
    }

    /// Brings the schema up to date.
    /// - Returns: A line for the operator.
    /// - Throws: ``ServerFailure``.
    public func migrate() throws(ServerFailure) -> String {
        umask(0o077)
        let version = try told { () throws(DatabaseFileProblem) in try DatabaseTools(path: path).migrate() }
        return "\(path) has schema version \(version)"
    }

    /// Checks structure and books.
    /// - Returns: A line for the operator when all is well.
    /// - Throws: ``ServerFailure`` that lists what is wrong.
    public func check() throws(ServerFailure) -> String {
        let findings = try told { () throws(DatabaseFileProblem) in try DatabaseTools(path: path).check() }
        guard findings.isEmpty else {
            throw ServerFailure("\(path) is not sound:\n" + findings.map { "  \($0)" }.joined(separator: "\n"))
        }
        return "\(path) is sound"
    }

    /// Writes a consistent copy to a new file.
    /// - Returns: A line for the operator.
    /// - Throws: ``ServerFailure``.
    public func backup(to target: String) throws(ServerFailure) -> String {
        umask(0o077)
        try told { () throws(DatabaseFileProblem) in try DatabaseTools(path: path).backup(to: target) }
        return "\(path) was copied to \(target)"
    }

    /// Removes what is past its retention now; the running server does the same every hour.
    /// - Returns: A line for the operator.
    /// - Throws: ``ServerFailure``.
    public func prune() async throws(ServerFailure) -> String {
        try told { () throws(DatabaseFileProblem) in try DatabaseTools(path: path).requireInbox() }
        let store = try told { () throws(DatabaseFileProblem) in try SQLiteInbox(SQLiteOptions(path: path)) }
        var removed = 0
        var cursor: EventID? = EventID(0)
        do throws(StoreError) {
            while let from = cursor {
                let slice = try await store.prune(settings.retention, now: WallClock.now(), after: from)
                removed += slice.removed
                cursor = slice.next
            }
        } catch {
            await store.close()
            throw ServerFailure("pruning \(path) failed after \(removed) event(s): \(error.sentence)")
        }
        await store.close()
        return "\(removed) event(s) past their retention were removed from \(path)"
    }

    private func told<Value>(_ body: () throws(DatabaseFileProblem) -> Value) throws(ServerFailure) -> Value {
        do throws(DatabaseFileProblem) {
            return try body()
        } catch {
            throw ServerFailure(error.description)
        }
    }
}
