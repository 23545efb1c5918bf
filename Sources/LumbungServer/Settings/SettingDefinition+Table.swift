extension SettingDefinition {
    /// Every setting, in the order of the documentation.
    public static let all: [SettingDefinition] = [
        SettingDefinition(.host, default: "0.0.0.0", .host, meaning: "address of the ingest listener"),
        SettingDefinition(
            .port, default: "9000", .wholeNumber(0...65535), note: "0 takes any free port",
            meaning: "port of the ingest listener"),
        SettingDefinition(
            .adminHost, default: "127.0.0.1", .host, note: "any but a loopback address needs ADMIN_TOKEN",
            meaning: "address of the admin listener: health and API"),
        SettingDefinition(
            .adminPort, default: "9001", .wholeNumber(0...65535), note: "0 takes any free port",
            meaning: "port of the admin listener"),
        SettingDefinition(
            .adminToken, .token, isSecret: true,
            meaning: "bearer token of the admin API"),
        SettingDefinition(
            .adminReadToken, .token, note: "needs ADMIN_TOKEN", isSecret: true,
            meaning: "bearer token that may read in the admin API and change nothing"),
        SettingDefinition(
            .databaseURL, default: "sqlite:data/webhook.db", .database,
            meaning: "where the inbox is stored; a missing folder is created"),
        SettingDefinition(
            .workerCount, default: "5", .wholeNumber(1...1000), meaning: "events processed at the same time"),
        SettingDefinition(
            .queueBuffer, default: "1000", .wholeNumber(1...1_000_000),
            meaning: "claimed work held in memory; past it work waits in the database"),
        SettingDefinition(
            .busyTimeoutMS, default: "5000", .wholeNumber(1...600_000),
            meaning: "milliseconds a commit may wait before the sender is told 503"),
        SettingDefinition(
            .maxBodyBytes, default: "1048576", .wholeNumber(1...SourceConfiguration.largestBodyBytes),
            meaning: "largest body in bytes; a larger one gets 413"),
        SettingDefinition(
            .configFile, .path, meaning: "YAML file of sources, destinations and routes; lumbung.yaml if it is there"),
        SettingDefinition(
            .logLevel, default: "info",
            .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            meaning: "least severe level that is logged"),
        SettingDefinition(.logFormat, default: "text", .choice(["text", "json"]), meaning: "form of a log line"),
        SettingDefinition(
            .retentionDays, default: "30", .wholeNumber(0...36500),
            meaning: "days that completed and cancelled events are kept"),
        SettingDefinition(
            .deadRetentionDays, default: "90", .wholeNumber(0...36500), meaning: "days that dead events are kept"),
        SettingDefinition(
            .shutdownGraceSeconds, default: "30", .wholeNumber(0...3600),
            meaning: "seconds that running attempts may finish during a stop"),
        SettingDefinition(.tlsCertFile, .unsupported, meaning: "certificate for HTTPS on ingest"),
        SettingDefinition(.tlsKeyFile, .unsupported, meaning: "private key for HTTPS on ingest"),
        SettingDefinition(.trustedProxies, .addresses, meaning: "proxies whose X-Forwarded-For is believed"),
    ]
}
