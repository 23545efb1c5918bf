public import Logging
public import LumbungCore

/// The settings in force, checked and typed.
///
/// `TLS_CERT_FILE` and `TLS_KEY_FILE` have no field: this version refuses to start when one is set, so nobody can believe that it works.
public struct Settings: Sendable, Equatable {
    /// The address of the ingest listener.
    public let host: String
    /// The port of the ingest listener; 0 takes any free port.
    public let port: Int
    /// The address of the admin listener; a loopback address unless `adminToken` is set.
    public let adminHost: String
    /// The port of the admin listener; 0 takes any free port.
    public let adminPort: Int
    /// The bearer token of the admin API; nil when it needs none.
    public let adminToken: Secret?
    /// The bearer token that may only read in the admin API; nil when there is none.
    public let adminReadToken: Secret?
    /// Where the inbox is stored.
    public let databaseURL: DatabaseLocation
    /// How many events are processed at the same time, 1 to 1,000.
    public let workerCount: Int
    /// How many claimed events are held in memory, 1 to 1,000,000.
    public let queueBuffer: Int
    /// How long a commit may wait before the sender is told 503, 1 ms to 600 s.
    public let busyTimeout: Duration
    /// The largest accepted body in bytes, 1 to 512 MiB.
    public let maxBodyBytes: Int
    /// The path of the config file that was read, as written; nil when there is none.
    public let configFile: String?
    /// The least severe level that is logged.
    public let logLevel: Logger.Level
    /// The form of a log line.
    public let logFormat: LogFormat
    /// Days that completed and cancelled events are kept, 0 to 36,500.
    public let retentionDays: Int
    /// Days that dead events are kept, 0 to 36,500.
    public let deadRetentionDays: Int
    /// Seconds that running attempts may finish during a stop, 0 to 3,600.
    public let shutdownGraceSeconds: Int
    /// The proxies whose `X-Forwarded-For` is believed; at most 1,000.
    public let trustedProxies: [AddressBlock]
}
