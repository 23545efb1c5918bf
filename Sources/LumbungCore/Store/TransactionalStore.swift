/// A store whose database takes part in what a handler does: the handler's own writes and the completion of its delivery
/// commit together (PROMISES 4, the only place where exactly once is claimed).
public protocol TransactionalStore: InboxStore {
    /// What own writes are made through; valid only inside the closure that is given it.
    associatedtype Transaction

    /// Completes a delivery together with writes of one's own.
    ///
    /// Durability: when this returns, both are committed and flushed. When it throws, neither is, but for
    /// ``StoreError/unknown(_:)``, which leaves both open together.
    /// - Parameters:
    ///   - record: The attempt that succeeded; its decision is ``DeliveryDecision/complete``.
    ///   - effect: Makes the writes, inside the transaction. It may run again when the transaction had to be repeated, so
    ///     it must do nothing else, and everything that is to be stored waits for it.
    /// - Throws: ``LeaseLost`` when the lease is no longer the delivery's, and then `effect` has not run; what `effect`
    ///   throws; ``EffectRefused`` for what it did and may not; ``StoreError``.
    func complete<Value: Sendable>(
        _ record: DeliveryRecord, with effect: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value
}

/// The lease of a delivery is no longer its own: it was completed already, or given to somebody else.
public struct LeaseLost: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence for the developer.
    public var description: String {
        "this attempt no longer has the delivery's lease: it was completed already, or the lease ended and was given away"
    }

    /// Makes the error; stores do.
    public init() {}
}

/// Why a store did not take what a handler did in its transaction: nothing of it was stored, and the delivery goes on as
/// after any failed attempt.
public enum EffectRefused: Error, Sendable, Hashable, CustomStringConvertible {
    /// One of its statements ended the whole transaction, such as `INSERT OR ROLLBACK`; with what the handler threw, or
    /// the empty string when it went on.
    case rolledBack(String)
    /// It took longer than the store waits for it.
    case tooSlow(limit: Duration)
    /// A table of its own has a foreign key to one of the inbox, whose rows could not be removed any more.
    case refersToInbox(table: String, inboxTable: String)
    /// A table of its own has a name that the inbox keeps for itself.
    case reservedName(String)

    /// A sentence for the developer.
    public var description: String {
        switch self {
        case .rolledBack(""):
            "a statement of the handler rolled the whole transaction back, and the handler went on after it"
        case .rolledBack(let reason): "a statement of the handler rolled the whole transaction back: \(reason)"
        case .tooSlow(let limit):
            "the handler's closure took longer than \(limit.words), for which everything else waits"
        case .refersToInbox(let table, let inboxTable):
            "the table \(table) has a foreign key to \(inboxTable), a table of the inbox; keep the number without the key"
        case .reservedName(let name): "the name \(name) begins like those that the inbox keeps for itself"
        }
    }
}
