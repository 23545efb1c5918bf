import GRDB
import GRDBSQLite
import LumbungCore

/// Keeps the statements of handlers to tables of their own while they share the writer's transaction, and inside it.
///
/// Registered once, since SQLite prepares every statement anew when the authorizer changes; it acts only while
/// ``isOn``. See <https://www.sqlite.org/c3ref/set_authorizer.html> and
/// <https://www.sqlite.org/c3ref/commit_hook.html>.
@safe final class EffectGuard {
    /// The savepoint that an effect is undone to.
    static let savepoint = "lumbung_effect"

    /// Whether a handler's statements run.
    private(set) var isOn = false
    /// Whether one of them has ended the transaction; from then on every other one is refused.
    private(set) var isLost = false
    /// What SQLite said of the statement that ended it, as far as that can be known.
    private(set) var lossCode = SQLITE_OK
    private(set) var rules = EffectRules()
    /// How long an effect may take.
    let limit: Duration
    private var end = ContinuousClock.now
    private let connection: OpaquePointer

    /// Watches a connection, which must stay open as long as this is kept.
    init(_ connection: OpaquePointer, limit: Duration) {
        unsafe self.connection = connection
        self.limit = limit
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe sqlite3_set_authorizer(
            connection,
            { context, action, first, second, schema, _ in
                guard let guardian = unsafe EffectGuard.from(context), guardian.isOn else { return SQLITE_OK }
                let first = unsafe first.map { unsafe String(cString: $0) } ?? ""
                let second = unsafe second.map { unsafe String(cString: $0) } ?? ""
                let isTemporary = unsafe schema.map { unsafe String(cString: $0) } == "temp"
                return guardian.refuses(action, first, second, isTemporary: isTemporary) ? SQLITE_DENY : SQLITE_OK
            }, context)
        // A statement after the loss would begin and commit a transaction of its own.
        unsafe _ = sqlite3_commit_hook(
            connection, { context in unsafe EffectGuard.from(context)?.refusesCommit() == true ? 1 : 0 }, context)
        unsafe _ = sqlite3_rollback_hook(
            connection, { context in unsafe EffectGuard.from(context)?.rolledBack() }, context)
    }

    deinit {
        unsafe sqlite3_set_authorizer(connection, nil, nil)
        unsafe _ = sqlite3_commit_hook(connection, nil, nil)
        unsafe _ = sqlite3_rollback_hook(connection, nil, nil)
    }

    /// Forgets the effect before.
    func reset() {
        isLost = false
        lossCode = SQLITE_OK
        rules = EffectRules()
    }

    /// Runs a handler's statements under guard; one that runs past the limit is interrupted.
    /// - Throws: What `body` throws; ``EffectRefused`` when it took too long.
    func watching<Value>(_ body: () throws -> Value) throws -> Value {
        isOn = true
        startClock()
        defer {
            if isLost { noteLossCode() }
            unsafe sqlite3_progress_handler(connection, 0, nil, nil)
            isOn = false
        }
        do {
            let value = try body()
            // Nothing stops what a handler does beside its statements, but it does not count then.
            guard !isLate else { throw EffectRefused.tooSlow(limit: limit) }
            return value
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT && isLate {
            throw EffectRefused.tooSlow(limit: limit)
        }
    }

    private var isLate: Bool { ContinuousClock.now >= end }

    private func startClock() {
        end = ContinuousClock.now.advanced(by: limit)
        // Every 4,000 steps of SQLite's machine: well under a millisecond.
        unsafe sqlite3_progress_handler(
            connection, 4000, { context in unsafe EffectGuard.from(context)?.isLate == true ? 1 : 0 },
            Unmanaged.passUnretained(self).toOpaque())
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> EffectGuard? {
        unsafe context.map { unsafe Unmanaged<EffectGuard>.fromOpaque($0).takeUnretainedValue() }
    }

    private func refuses(_ action: Int32, _ first: String, _ second: String, isTemporary: Bool) -> Bool {
        if isLost { noteLossCode() }
        return isLost || rules.refuses(action, first, second, isTemporary: isTemporary)
    }

    private func refusesCommit() -> Bool {
        if isOn, isLost { noteLossCode() }
        return isOn
    }

    private func rolledBack() {
        if isOn { isLost = true }
    }

    /// Takes note of why the transaction ended, before another statement is what SQLite said something of last.
    private func noteLossCode() {
        if lossCode == SQLITE_OK { lossCode = unsafe sqlite3_extended_errcode(connection) }
    }
}
