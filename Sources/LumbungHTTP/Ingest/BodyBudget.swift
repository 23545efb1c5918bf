import Synchronization

/// The memory that unfinished bodies may take over all connections of a listener.
final class BodyBudget: Sendable {
    private let limitBytes: Int
    private let usedBytes = Atomic(0)

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    /// Takes bytes out of the budget.
    /// - Returns: Whether there were as many; else nothing was taken.
    func take(_ bytes: Int) -> Bool {
        let (_, used) = usedBytes.add(bytes, ordering: .relaxed)
        guard used <= limitBytes else {
            give(bytes)
            return false
        }
        return true
    }

    /// Gives bytes back.
    func give(_ bytes: Int) {
        usedBytes.subtract(bytes, ordering: .relaxed)
    }
}
