public import LumbungCore

/// Why an operator's wish was not done; nothing was changed then.
public enum OperationError: Error, Sendable, Hashable {
    /// The store could not do it now; ask again.
    case store(StoreError)
    /// There is no such event, or it was pruned.
    case unknownEvent(EventID)
    /// There is no such replay, or it is so old that it is not kept any more.
    case unknownReplay(ReplayID)
    /// There is no such request in quarantine, or not any more.
    case notQuarantined(QuarantineID)
    /// The store knows no destination of this name; it knows these.
    case unknownDestination(String, known: [String])
    /// It cannot be done as things stand, and why, in a sentence that also says what to do.
    case impossible(String)
}
