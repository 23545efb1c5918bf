/// The settings of the server, named as in the environment.
///
/// The flag of a setting is its name in kebab case (`--worker-count`), its key in the config file's
/// `settings:` block is the name in snake case (`worker_count`).
public enum SettingName: String, CaseIterable, Sendable {
    /// The address of the ingest listener.
    case host = "HOST"
    /// The port of the ingest listener.
    case port = "PORT"
    /// The address of the admin listener.
    case adminHost = "ADMIN_HOST"
    /// The port of the admin listener.
    case adminPort = "ADMIN_PORT"
    /// The bearer token of the admin API.
    case adminToken = "ADMIN_TOKEN"
    /// The bearer token that may only read in the admin API.
    case adminReadToken = "ADMIN_READ_TOKEN"
    /// Where the inbox is stored.
    case databaseURL = "DATABASE_URL"
    /// How many events are processed at the same time.
    case workerCount = "WORKER_COUNT"
    /// How much claimed work is held in memory.
    case queueBuffer = "QUEUE_BUFFER"
    /// How long a commit may wait, in milliseconds.
    case busyTimeoutMS = "BUSY_TIMEOUT_MS"
    /// The largest accepted body, in bytes.
    case maxBodyBytes = "MAX_BODY_BYTES"
    /// The path of the config file.
    case configFile = "CONFIG_FILE"
    /// The least severe level that is logged.
    case logLevel = "LOG_LEVEL"
    /// The form of a log line.
    case logFormat = "LOG_FORMAT"
    /// How long completed and cancelled events are kept, in days.
    case retentionDays = "RETENTION_DAYS"
    /// How long dead events are kept, in days.
    case deadRetentionDays = "DEAD_RETENTION_DAYS"
    /// How long running attempts may finish during a stop, in seconds.
    case shutdownGraceSeconds = "SHUTDOWN_GRACE_SECONDS"
    /// The certificate of the ingest listener.
    case tlsCertFile = "TLS_CERT_FILE"
    /// The private key of the ingest listener.
    case tlsKeyFile = "TLS_KEY_FILE"
    /// The proxies whose `X-Forwarded-For` is believed.
    case trustedProxies = "TRUSTED_PROXIES"

    /// The name of the flag without its two hyphens: `worker-count`.
    public var flagName: String { rawValue.lowercased().split(separator: "_").joined(separator: "-") }

    /// The key in the config file's `settings:` block: `worker_count`.
    public var fileKey: String { rawValue.lowercased() }
}
