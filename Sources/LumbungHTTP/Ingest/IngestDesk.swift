import LumbungCore
import LumbungKit
import NIOCore

/// What every connection of the ingest listener works with.
struct IngestDesk: Sendable {
    var intake: Intake
    var log: any IngestLog
    var limits: IngestLimits
    var buffered: BodyBudget
    var proxies = TrustedProxies()
    var now: @Sendable () -> Timestamp
    /// Asks whether a commit would succeed now, without blocking; the reply may come on any thread.
    var askReadiness: @Sendable (any EventLoop, @escaping @Sendable (String?) -> Void) -> Void
}
