import Logging
import LumbungCore
import Testing

@testable import LumbungServer

/// Three values that a setting takes, one for each origin.
struct PrecedenceCase: Sendable, CustomTestStringConvertible {
    let name: SettingName
    let flag: String
    let environment: String
    let file: String
    let fallback: String?

    var testDescription: String { name.rawValue }

    static let all: [PrecedenceCase] = [
        PrecedenceCase(name: .host, flag: "10.0.0.1", environment: "::1", file: "in.example", fallback: "0.0.0.0"),
        PrecedenceCase(name: .port, flag: "1", environment: "2", file: "65535", fallback: "9000"),
        PrecedenceCase(
            name: .adminHost, flag: "localhost", environment: "::1", file: "127.0.0.2", fallback: "127.0.0.1"),
        PrecedenceCase(name: .adminPort, flag: "1", environment: "2", file: "3", fallback: "9001"),
        PrecedenceCase(name: .adminToken, flag: "a", environment: "b", file: "c", fallback: nil),
        PrecedenceCase(name: .adminReadToken, flag: "d", environment: "e", file: "f", fallback: nil),
        PrecedenceCase(
            name: .databaseURL, flag: "sqlite:a", environment: "sqlite:b", file: "sqlite:c",
            fallback: "sqlite:data/webhook.db"),
        PrecedenceCase(name: .workerCount, flag: "1", environment: "2", file: "1000", fallback: "5"),
        PrecedenceCase(name: .queueBuffer, flag: "1", environment: "2", file: "1000000", fallback: "1000"),
        PrecedenceCase(name: .busyTimeoutMS, flag: "1", environment: "2", file: "600000", fallback: "5000"),
        PrecedenceCase(name: .maxBodyBytes, flag: "1", environment: "2", file: "536870912", fallback: "1048576"),
        PrecedenceCase(name: .logLevel, flag: "trace", environment: "debug", file: "critical", fallback: "info"),
        PrecedenceCase(name: .logFormat, flag: "json", environment: "text", file: "json", fallback: "text"),
        PrecedenceCase(name: .retentionDays, flag: "0", environment: "1", file: "36500", fallback: "30"),
        PrecedenceCase(name: .deadRetentionDays, flag: "0", environment: "1", file: "36500", fallback: "90"),
        PrecedenceCase(name: .shutdownGraceSeconds, flag: "0", environment: "1", file: "3600", fallback: "30"),
        PrecedenceCase(
            name: .trustedProxies, flag: "10.0.0.0/8", environment: "::1, 192.0.2.1", file: "2001:db8::/32",
            fallback: nil),
    ]
}

@Suite struct PrecedenceTests {
    @Test func `the matrix has every setting of this version but the config file itself`() {
        let expected = SettingDefinition.all.filter { $0.isSupported && $0.name != .configFile }.map(\.name)
        #expect(PrecedenceCase.all.map(\.name) == expected)
    }

    @Test(arguments: PrecedenceCase.all)
    func `flag, environment, file, default, in every combination`(_ row: PrecedenceCase) throws {
        for combination in 0..<8 {
            let (hasFlag, hasVariable, hasKey) = (combination & 4 != 0, combination & 2 != 0, combination & 1 != 0)
            let key = row.name.fileKey
            // The token that may only read is taken beside the other one alone.
            let others = row.name == .adminReadToken ? ["admin-token": "other"] : [:]
            let loaded = try load(
                flags: hasFlag ? others.merging([row.name.flagName: row.flag]) { $1 } : others,
                environment: hasVariable ? [row.name.rawValue: row.environment] : ["UNRELATED": "x"],
                yaml: hasKey ? "settings:\n  \(key): \"\(row.file)\"\n" : "settings: {}\n"
            ).get()
            let setting = try #require(loaded.resolved.first { $0.definition.name == row.name })
            let expected: (String?, SettingOrigin)
            if hasFlag {
                expected = (row.flag, .flag(row.name.flagName))
            } else if hasVariable {
                expected = (row.environment, .environment(row.name.rawValue))
            } else if hasKey {
                let column = 3 + key.count + 2
                expected = (row.file, .file(FileLocation(file: "lumbung.yaml", line: 2, column: column)))
            } else {
                expected = (row.fallback, .defaultValue)
            }
            #expect(setting.value == expected.0)
            #expect(setting.origin == expected.1)
        }
    }

    @Test func `each setting reaches its own field`() throws {
        let environment = Dictionary(uniqueKeysWithValues: PrecedenceCase.all.map { ($0.name.rawValue, $0.file) })
        let settings = try load(environment: environment).get().settings
        #expect(settings.host == "in.example")
        #expect(settings.port == 65535)
        #expect(settings.adminHost == "127.0.0.2")
        #expect(settings.adminPort == 3)
        #expect(settings.adminToken?.revealed == "c")
        #expect(settings.adminReadToken?.revealed == "f")
        #expect(settings.databaseURL == .sqlite(path: "c"))
        #expect(settings.workerCount == 1000)
        #expect(settings.queueBuffer == 1_000_000)
        #expect(settings.busyTimeout == .seconds(600))
        #expect(settings.maxBodyBytes == 536_870_912)
        #expect(settings.logLevel == .critical)
        #expect(settings.logFormat == .json)
        #expect(settings.retentionDays == 36500)
        #expect(settings.deadRetentionDays == 36500)
        #expect(settings.shutdownGraceSeconds == 3600)
        #expect(settings.trustedProxies.map(\.description) == ["2001:db8::/32"])
    }

    @Test func `an empty variable counts as unset`() throws {
        let loaded = try load(environment: ["PORT": "", "HOST": "", "ADMIN_TOKEN": "", "ADMIN_TOKEN_FILE": ""]).get()
        #expect(loaded.settings.port == 9000)
        #expect(loaded.settings.host == "0.0.0.0")
        #expect(loaded.settings.adminToken == nil)
    }

    @Test func `names in the environment are exact`() throws {
        let loaded = try load(environment: ["port": "1", "Port": "2", "PORTS": "3"]).get()
        #expect(loaded.settings.port == 9000)
    }
}
