import ArgumentParser
import Foundation
import LumbungServer

/// A flag for every setting of the server. Precedence: flag, environment, config file, default.
struct SettingFlags: ParsableArguments {
    @Option(name: .customLong("host"), help: "address of the ingest listener (0.0.0.0). Environment: HOST.")
    var host: String?

    @Option(name: .customLong("port"), help: "port of the ingest listener (9000). Environment: PORT.")
    var port: String?

    @Option(name: .customLong("admin-host"), help: "address of the admin listener (127.0.0.1). Environment: ADMIN_HOST.")
    var adminHost: String?

    @Option(name: .customLong("admin-port"), help: "port of the admin listener (9001). Environment: ADMIN_PORT.")
    var adminPort: String?

    @Option(name: .customLong("admin-token"), help: "bearer token of the admin listener; better through ADMIN_TOKEN or the next flag. Environment: ADMIN_TOKEN.")
    var adminToken: String?

    @Option(name: .customLong("admin-token-file"), help: "file that holds the admin token. Environment: ADMIN_TOKEN_FILE.")
    var adminTokenFile: String?

    @Option(name: .customLong("database-url"), help: "where the inbox is stored (sqlite:data/webhook.db). Environment: DATABASE_URL.")
    var databaseUrl: String?

    @Option(name: .customLong("worker-count"), help: "events processed at the same time (5). Environment: WORKER_COUNT.")
    var workerCount: String?

    @Option(name: .customLong("queue-buffer"), help: "claimed events held in memory (1000). Environment: QUEUE_BUFFER.")
    var queueBuffer: String?

    @Option(name: .customLong("busy-timeout-ms"), help: "milliseconds a commit may wait before 503 (5000). Environment: BUSY_TIMEOUT_MS.")
    var busyTimeoutMs: String?

    @Option(name: .customLong("max-body-bytes"), help: "largest body in bytes (1048576). Environment: MAX_BODY_BYTES.")
    var maxBodyBytes: String?

    @Option(name: .customLong("config-file"), help: "sources, destinations, routes (lumbung.yaml if there). Environment: CONFIG_FILE.")
    var configFile: String?

    @Option(name: .customLong("log-level"), help: "trace, debug, info, notice, warning, error, critical (info). Environment: LOG_LEVEL.")
    var logLevel: String?

    @Option(name: .customLong("log-format"), help: "text or json (text). Environment: LOG_FORMAT.")
    var logFormat: String?

    @Option(name: .customLong("retention-days"), help: "days that finished events are kept (30). Environment: RETENTION_DAYS.")
    var retentionDays: String?

    @Option(name: .customLong("dead-retention-days"), help: "days that dead events are kept (90). Environment: DEAD_RETENTION_DAYS.")
    var deadRetentionDays: String?

    @Option(name: .customLong("shutdown-grace-seconds"), help: "seconds that running attempts may finish (30). Environment: SHUTDOWN_GRACE_SECONDS.")
    var shutdownGraceSeconds: String?

    @Option(name: .customLong("tls-cert-file"), help: "not supported in this version. Environment: TLS_CERT_FILE.")
    var tlsCertFile: String?

    @Option(name: .customLong("tls-key-file"), help: "not supported in this version. Environment: TLS_KEY_FILE.")
    var tlsKeyFile: String?

    @Option(name: .customLong("trusted-proxies"), help: "not supported in this version. Environment: TRUSTED_PROXIES.")
    var trustedProxies: String?

    /// The flags that were given, by name.
    private var given: [String: String] {
        let all: [(String, String?)] = [
            ("host", host),
            ("port", port),
            ("admin-host", adminHost),
            ("admin-port", adminPort),
            ("admin-token", adminToken),
            ("admin-token-file", adminTokenFile),
            ("database-url", databaseUrl),
            ("worker-count", workerCount),
            ("queue-buffer", queueBuffer),
            ("busy-timeout-ms", busyTimeoutMs),
            ("max-body-bytes", maxBodyBytes),
            ("config-file", configFile),
            ("log-level", logLevel),
            ("log-format", logFormat),
            ("retention-days", retentionDays),
            ("dead-retention-days", deadRetentionDays),
            ("shutdown-grace-seconds", shutdownGraceSeconds),
            ("tls-cert-file", tlsCertFile),
            ("tls-key-file", tlsKeyFile),
            ("trusted-proxies", trustedProxies),
        ]
        return Dictionary(uniqueKeysWithValues: all.compactMap { name, value in value.map { (name, $0) } })
    }

    /// Everything the configuration is read from.
    var input: ConfigurationInput {
        ConfigurationInput(
            flags: given,
            environment: ProcessInfo.processInfo.environment,
            workingDirectory: FileManager.default.currentDirectoryPath
        )
    }

    /// Reads the configuration.
    /// - Throws: Exit code 78 after every problem was told on standard error.
    func load() throws -> LoadedConfiguration {
        do throws(InvalidConfiguration) {
            return try ConfigurationLoader.load(input)
        } catch {
            for line in error.lines { Terminal.complain(line) }
            throw ExitCode(78)
        }
    }
}
