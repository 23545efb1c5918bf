import ArgumentParser
import LumbungServer

/// A flag for every setting of the server.
///
/// Precedence: flag, environment, config file, default.
struct SettingFlags: ParsableArguments {
    @Option(name: .customLong("host"), help: .setting(.host))
    var host: String?

    @Option(name: .customLong("port"), help: .setting(.port))
    var port: String?

    @Option(name: .customLong("admin-host"), help: .setting(.adminHost))
    var adminHost: String?

    @Option(name: .customLong("admin-port"), help: .setting(.adminPort))
    var adminPort: String?

    @Option(name: .customLong("admin-token"), help: .setting(.adminToken))
    var adminToken: String?

    @Option(
        name: .customLong("admin-token-file"), help: "File that holds the admin token. Environment: ADMIN_TOKEN_FILE.")
    var adminTokenFile: String?

    @Option(name: .customLong("admin-read-token"), help: .setting(.adminReadToken))
    var adminReadToken: String?

    @Option(
        name: .customLong("admin-read-token-file"),
        help: "File that holds the token that may only read. Environment: ADMIN_READ_TOKEN_FILE.")
    var adminReadTokenFile: String?

    @Option(name: .customLong("database-url"), help: .setting(.databaseURL))
    var databaseUrl: String?

    @Option(name: .customLong("worker-count"), help: .setting(.workerCount))
    var workerCount: String?

    @Option(name: .customLong("queue-buffer"), help: .setting(.queueBuffer))
    var queueBuffer: String?

    @Option(name: .customLong("busy-timeout-ms"), help: .setting(.busyTimeoutMS))
    var busyTimeoutMs: String?

    @Option(name: .customLong("max-body-bytes"), help: .setting(.maxBodyBytes))
    var maxBodyBytes: String?

    @Option(name: .customLong("config-file"), help: .setting(.configFile))
    var configFile: String?

    @Option(name: .customLong("log-level"), help: .setting(.logLevel))
    var logLevel: String?

    @Option(name: .customLong("log-format"), help: .setting(.logFormat))
    var logFormat: String?

    @Option(name: .customLong("retention-days"), help: .setting(.retentionDays))
    var retentionDays: String?

    @Option(name: .customLong("dead-retention-days"), help: .setting(.deadRetentionDays))
    var deadRetentionDays: String?

    @Option(name: .customLong("shutdown-grace-seconds"), help: .setting(.shutdownGraceSeconds))
    var shutdownGraceSeconds: String?

    @Option(name: .customLong("tls-cert-file"), help: .setting(.tlsCertFile))
    var tlsCertFile: String?

    @Option(name: .customLong("tls-key-file"), help: .setting(.tlsKeyFile))
    var tlsKeyFile: String?

    @Option(name: .customLong("trusted-proxies"), help: .setting(.trustedProxies))
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
            ("admin-read-token", adminReadToken),
            ("admin-read-token-file", adminReadTokenFile),
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
    var input: ConfigurationInput { ConfigurationInput(given: given) }

    /// Reads the configuration.
    ///
    /// - Throws: Exit code 78 after every problem was told on standard error.
    func load() throws -> LoadedConfiguration { try ConfigurationInput.load(flags: given) }
}

extension ArgumentHelp {
    /// What the table of settings says of one: meaning, default, environment.
    static func setting(_ name: SettingName) -> ArgumentHelp {
        guard let definition = SettingDefinition.all.first(where: { $0.name == name }) else { return "" }
        let meaning = definition.meaning.prefix(1).uppercased() + definition.meaning.dropFirst()
        let standing =
            definition.isSupported ? definition.defaultValue.map { " (\($0))" } ?? "" : " (not in this version)"
        return ArgumentHelp(stringLiteral: "\(meaning)\(standing). Environment: \(definition.environmentName).")
    }
}
