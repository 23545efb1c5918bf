/// Why a store could not do what it was asked.
///
/// Only ``unknown`` leaves open whether something was stored; every other case promises that nothing was.
public enum StoreError: Error, Sendable, Hashable {
    /// The database was locked by somebody else for longer than the caller could wait. Nothing was stored; ask again.
    case busy
    /// More is waiting to be committed than the store holds in memory. Nothing was stored; ask again soon.
    case overloaded
    /// The disk is full, or so nearly full that only finishing and pruning is allowed. Nothing was stored.
    case diskFull
    /// The store is closing or closed. Nothing was stored.
    case closed
    /// An I/O error left it open whether the commit reached the disk. The store has stopped for good; a new process
    /// finds out what is there.
    case unknown(String)
    /// The request breaks a rule of the schema, a bug of the caller. Nothing was stored.
    case invalid(String)
    /// A read took longer than its deadline.
    case tooSlow
}
