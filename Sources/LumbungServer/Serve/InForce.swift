import LumbungKit
import Synchronization

/// What is configured now; a reload puts another in its place, and whoever asks sees the one or the other whole.
final class InForce: Sendable {
    private let inbox: Mutex<ConfiguredInbox>

    init(_ inbox: ConfiguredInbox) {
        self.inbox = Mutex(inbox)
    }

    /// What is configured now.
    var now: ConfiguredInbox { inbox.withLock { $0 } }

    /// Puts another configuration in force.
    func replace(_ inbox: ConfiguredInbox) {
        self.inbox.withLock { $0 = inbox }
    }
}
