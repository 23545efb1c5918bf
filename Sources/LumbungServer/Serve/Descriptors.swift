import Glibc
import Logging

/// The file descriptors that the process may have, shared out so that connections from outside never take those that
/// deliveries, the operator's listener and the database need.
struct Descriptors: Sendable {
    /// What everything but the ingest listener is left: destinations, the admin listener, the database, logs.
    static let reserved = 512
    /// The fewest connections that the ingest listener is given.
    static let fewestConnections = 64

    /// The most descriptors of this process.
    let limit: Int

    /// Raises the soft limit to the hard one and takes note of it.
    static func raised() -> Descriptors {
        var limits = rlimit()
        // The resource's number is an enumeration in glibc's header.
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(resource, &limits) == 0 else { return Descriptors(limit: 1024) }
        if limits.rlim_cur < limits.rlim_max {
            var raised = limits
            raised.rlim_cur = limits.rlim_max
            if unsafe setrlimit(resource, &raised) == 0 { limits = raised }
        }
        return Descriptors(limit: Int(clamping: limits.rlim_cur))
    }

    /// How many connections the ingest listener may hold.
    /// - Parameter wanted: As many as it would hold with no limit.
    func connections(wanted: Int) -> Int {
        min(wanted, max(Self.fewestConnections, limit - Self.reserved))
    }

    /// Tells the operator when connections are held below the usual number.
    func report(connections: Int, wanted: Int, logger: Logger) {
        guard connections < wanted else { return }
        logger.warning(
            "few file descriptors: fewer connections are taken; raise the limit (LimitNOFILE, ulimit -n)",
            metadata: ["limit": "\(limit)", "connections": "\(connections)", "usual": "\(wanted)"])
    }
}
