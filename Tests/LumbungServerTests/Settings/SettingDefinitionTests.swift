import Logging
import Testing

@testable import LumbungServer

@Suite struct SettingDefinitionTests {
    @Test func `the table has one row for every name, in the order of the names`() {
        #expect(SettingDefinition.all.map(\.name) == SettingName.allCases)
        for name in SettingName.allCases {
            #expect(SettingDefinition.of(name).name == name)
        }
    }

    @Test func `flags and file keys follow from the name`() {
        let definition = SettingDefinition.of(.shutdownGraceSeconds)
        #expect(definition.environmentName == "SHUTDOWN_GRACE_SECONDS")
        #expect(definition.flagName == "shutdown-grace-seconds")
        #expect(definition.fileKey == "shutdown_grace_seconds")
    }

    @Test func `only the tokens have flags that name a file`() {
        #expect(SettingDefinition.all.compactMap(\.fileFlagName) == ["admin-token-file", "admin-read-token-file"])
    }

    @Test func `every default follows its own rule`() {
        for definition in SettingDefinition.all {
            if let value = definition.defaultValue { #expect(definition.rule.allows(value)) }
        }
    }

    @Test func `the reference has a row for every setting`() {
        let lines = SettingDefinition.markdownTable.split(separator: "\n")
        #expect(lines.count == SettingDefinition.all.count + 2)
        #expect(
            lines.contains(
                "| `WORKER_COUNT` | `--worker-count` | `worker_count` | `5` | a whole number from 1 to 1000 | "
                    + "events processed at the same time |"))
    }

    @Test func `the defaults are the contract's`() throws {
        let loaded = try load().get()
        let settings = loaded.settings
        #expect(settings.host == "0.0.0.0")
        #expect(settings.port == 9000)
        #expect(settings.adminHost == "127.0.0.1")
        #expect(settings.adminPort == 9001)
        #expect(settings.adminToken == nil)
        #expect(settings.databaseURL == .sqlite(path: "data/webhook.db"))
        #expect(settings.workerCount == 5)
        #expect(settings.queueBuffer == 1000)
        #expect(settings.busyTimeout == .milliseconds(5000))
        #expect(settings.maxBodyBytes == 1_048_576)
        #expect(settings.configFile == nil)
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == .text)
        #expect(settings.retentionDays == 30)
        #expect(settings.deadRetentionDays == 90)
        #expect(settings.shutdownGraceSeconds == 30)
        #expect(loaded.resolved.allSatisfy { $0.origin == .defaultValue })
        #expect(loaded.inbox == .builtIn)
    }
}
