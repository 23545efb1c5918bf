import Glibc
import LumbungCore

/// The variables a program sees: a few of the server's, the operator's own, and those that say what is delivered.
///
/// Nothing else of the server's environment gets through; its secrets stay with it.
struct CommandEnvironment: Sendable {
    /// What the names of the variables about the event start with.
    static let ownPrefix = "LUMBUNG_"
    /// Where programs are looked for when the server itself has no `PATH`.
    static let defaultPath = "/usr/local/bin:/usr/bin:/bin"
    /// The server's variables that programs get too, when they are set.
    static let inherited = ["PATH", "HOME", "LANG", "TZ"]

    private let base: [String: String]

    /// Reads the server's variables, once.
    init(own: [(name: String, value: String)]) {
        var base = ["PATH": Self.defaultPath]
        for name in Self.inherited {
            if let value = unsafe getenv(name) { base[name] = unsafe String(cString: value) }
        }
        for (name, value) in own { base[name] = value }
        self.base = base
    }

    /// Where programs are looked for.
    var path: String { base["PATH"] ?? Self.defaultPath }

    /// The variables for one attempt.
    ///
    /// All are always set, but for `LUMBUNG_TENANT` of an event without one and `LUMBUNG_RECEIVED_AT` of a test; an event without a type has an empty
    /// `LUMBUNG_TYPE`.
    func variables(for attempt: Attempt) -> [String: String] {
        let lease = attempt.lease
        let own = [
            "QUEUE_ID": String(lease.event.id.value),
            "SOURCE": lease.event.source,
            "TYPE": lease.event.type,
            "UUID": lease.event.identity,
            "ATTEMPT": String(lease.attempt),
            "DESTINATION": attempt.destinationName,
        ]
        var variables = base
        if !lease.event.tenant.isEmpty { variables[Self.ownPrefix + "TENANT"] = lease.event.tenant }
        if let receivedAt = lease.event.receivedAt { variables[Self.ownPrefix + "RECEIVED_AT"] = receivedAt.iso8601 }
        for (name, value) in own { variables[Self.ownPrefix + name] = value }
        return variables
    }
}
