import Configuration
import Logging

/// Reads the winning text of every setting and turns the texts into ``Settings``.
struct SettingsReader {
    /// Every setting with its winning text, in the order of the table.
    let resolved: [ResolvedSetting]
    private(set) var problems: [SettingsProblem] = []

    /// Asks the layers, strongest first.
    init(_ layers: [SettingsLayer]) {
        let recorder = OriginRecorder()
        let reader = ConfigReader(providers: layers.map(\.provider), accessReporter: recorder)
        resolved = SettingDefinition.all.map { definition in
            let text = reader.string(forKey: ConfigKey([definition.fileKey]), isSecret: definition.isSecret)
            let winner = recorder.providerName(of: definition.fileKey)
            let value = layers.first { $0.providerName == winner }?.values[definition.name]
            return ResolvedSetting(
                definition: definition, origin: value?.origin ?? .defaultValue, value: text,
                repeating: value?.repeating ?? .asItIs)
        }
    }

    /// The typed settings; when ``problems`` is not empty afterwards, they are not to be used.
    mutating func read(configFile: String?) -> Settings {
        for setting in resolved {
            if let problem = Self.problem(of: setting) { problems.append(problem) }
        }
        let settings = Settings(
            host: text(.host),
            port: number(.port),
            adminHost: text(.adminHost),
            adminPort: number(.adminPort),
            adminToken: value(.adminToken).map(Secret.init),
            adminReadToken: value(.adminReadToken).map(Secret.init),
            databaseURL: DatabaseLocation(text(.databaseURL)) ?? .sqlite(path: ""),
            workerCount: number(.workerCount),
            queueBuffer: number(.queueBuffer),
            busyTimeout: .milliseconds(number(.busyTimeoutMS)),
            maxBodyBytes: number(.maxBodyBytes),
            configFile: configFile,
            logLevel: Logger.Level(rawValue: text(.logLevel)) ?? .info,
            logFormat: LogFormat(rawValue: text(.logFormat)) ?? .text,
            retentionDays: number(.retentionDays),
            deadRetentionDays: number(.deadRetentionDays),
            shutdownGraceSeconds: number(.shutdownGraceSeconds),
            trustedProxies: value(.trustedProxies).flatMap(SettingRule.addresses) ?? []
        )
        if problems.isEmpty { checkTogether(settings) }
        return settings
    }

    /// What is wrong with one setting's text, or nil.
    private static func problem(of setting: ResolvedSetting) -> SettingsProblem? {
        guard let value = setting.value, !setting.definition.rule.allows(value) else { return nil }
        let definition = setting.definition
        let name = definition.environmentName
        if !definition.isSupported {
            return SettingsProblem(
                definition.name, at: setting.origin, "\(name) is not supported in this version; leave it out")
        }
        if definition.name == .databaseURL, DatabaseLocation.isPostgreSQL(value) {
            return SettingsProblem(
                definition.name, at: setting.origin, "PostgreSQL is not supported in this version; use sqlite:PATH")
        }
        return SettingsProblem(
            definition.name, at: setting.origin,
            "\(name) \(described(setting, value)), but must be \(definition.allowed)")
    }

    /// The refused value, as far as a message may repeat it.
    private static func described(_ setting: ResolvedSetting, _ value: String) -> String {
        if value.isEmpty { return "is empty" }
        if setting.definition.isSecret { return "is \(Secret.mask)" }
        return switch setting.repeating {
        case .asItIs: "is \(DisplayText.quoted(setting.definition.shown(value)))"
        case .written(let written): "is \(DisplayText.quoted(written)) with its variables filled in"
        case .never: "is what its file holds (not repeated here)"
        }
    }

    /// Checks that need more than one setting.
    private mutating func checkTogether(_ settings: Settings) {
        if settings.adminToken == nil, !HostName.isLoopback(settings.adminHost) {
            problems.append(
                SettingsProblem(
                    .adminHost, at: origin(.adminHost),
                    "ADMIN_HOST is \(DisplayText.quoted(settings.adminHost)), which other machines can reach, and "
                        + "ADMIN_TOKEN is not set; set ADMIN_TOKEN, or use 127.0.0.1"))
        }
        if let reader = settings.adminReadToken, settings.adminToken == nil || settings.adminToken == reader {
            problems.append(
                SettingsProblem(
                    .adminReadToken, at: origin(.adminReadToken),
                    settings.adminToken == nil
                        ? "ADMIN_READ_TOKEN is set and ADMIN_TOKEN is not: everybody who reaches the listener could change "
                            + "everything; set both"
                        : "ADMIN_READ_TOKEN is the same as ADMIN_TOKEN: who may only read needs another one"))
        }
        let overlaps =
            settings.host == settings.adminHost || HostName.isWildcard(settings.host)
            || HostName.isWildcard(settings.adminHost)
        if settings.port != 0, settings.port == settings.adminPort, overlaps {
            problems.append(
                SettingsProblem(
                    .adminPort, at: origin(.adminPort),
                    "ADMIN_PORT is \(settings.adminPort), the same as PORT (\(origin(.port))); "
                        + "each listener needs its own"))
        }
    }

    private func setting(_ name: SettingName) -> ResolvedSetting? {
        resolved.first { $0.definition.name == name }
    }

    private func origin(_ name: SettingName) -> SettingOrigin { setting(name)?.origin ?? .defaultValue }

    private func value(_ name: SettingName) -> String? { setting(name)?.value }

    private func text(_ name: SettingName) -> String { value(name) ?? "" }

    private func number(_ name: SettingName) -> Int { WholeNumber.parse(text(name)) ?? 0 }
}
