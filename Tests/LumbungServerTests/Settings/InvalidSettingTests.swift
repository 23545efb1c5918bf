import Testing

@testable import LumbungServer

@Suite struct InvalidSettingTests {
    /// Values that each setting refuses.
    private static let refused: [(SettingName, [String])] = [
        (
            .host,
            [
                "a b", "-a", "a-", "1.2.3", "256.1.1.1", "1.2.3.4.5", "01.2.3.4", "[::1]", "::g", "a..b", "x_y",
                "é.example",
            ]
        ),
        (.port, ["-1", "65536", "+1", "1 ", " 1", "0x50", "1.0", "1e3", "080", "99999999999999999999", "abc", "٣"]),
        (.adminHost, ["*", "http://a"]),
        (.adminPort, ["-1", "65536", "x"]),
        (.adminToken, ["two words", "tab\tinside", "line\n", "é", String(repeating: "a", count: 4097)]),
        (.adminReadToken, ["two words", "é"]),
        (.databaseURL, ["data/webhook.db", "sqlite:", "sqlite::memory:", "SQLITE:x", "mysql://u:p@h/d", "file:x"]),
        (.workerCount, ["0", "1001", "five"]),
        (.queueBuffer, ["0", "1000001", "-"]),
        (.busyTimeoutMS, ["0", "600001", "5s"]),
        (.maxBodyBytes, ["0", "1073741825", "1M"]),
        (.logLevel, ["INFO", "warn", "loud"]),
        (.logFormat, ["JSON", "xml"]),
        (.retentionDays, ["-1", "36501", "30d"]),
        (.deadRetentionDays, ["-1", "36501", "ever"]),
        (.shutdownGraceSeconds, ["-1", "3601", "30s"]),
        (.trustedProxies, ["everyone", "10.0.0.0/33", "10.0.0.1,", "10.0.0.1:80"]),
    ]

    @Test func `a token that may only read is another one beside the token that may change`() throws {
        #expect(try problemLines(environment: ["ADMIN_TOKEN": "a", "ADMIN_READ_TOKEN": "b"]).isEmpty)
        let same = try problemLines(environment: ["ADMIN_TOKEN": "canary", "ADMIN_READ_TOKEN": "canary"])
        #expect(same.count == 1 && same[0].contains("the same as ADMIN_TOKEN") && !same[0].contains("canary"))
        let alone = try problemLines(environment: ["ADMIN_READ_TOKEN": "b"])
        #expect(alone.count == 1 && alone[0].hasSuffix("set both"))
    }

    @Test func `every refused value is named with its origin and what is allowed`() throws {
        for (name, values) in Self.refused {
            let definition = SettingDefinition.of(name)
            for value in values {
                for lines in [
                    try problemLines(environment: [name.rawValue: value]),
                    try problemLines(flags: [name.flagName: value]),
                ] {
                    #expect(lines.count == 1, "\(name) \(value)")
                    #expect(lines[0].hasSuffix(", but must be \(definition.allowed)"), "\(lines)")
                    #expect(lines[0].contains("\(name.rawValue) is "))
                }
            }
        }
        #expect(
            Set(Self.refused.map(\.0))
                == Set(SettingDefinition.all.filter(\.isSupported).map(\.name)).subtracting([.configFile]))
    }

    @Test func `the sentences`() throws {
        #expect(
            try problemLines(environment: ["PORT": "http"]) == [
                "environment PORT: PORT is \"http\", but must be a whole number from 0 to 65535 (0 takes any free port)"
            ])
        #expect(
            try problemLines(flags: ["log-level": "loud"]) == [
                "flag --log-level: LOG_LEVEL is \"loud\", but must be one of trace, debug, info, "
                    + "notice, warning, error, critical"
            ])
        #expect(
            try problemLines(yaml: "settings:\n  port: http\n") == [
                "lumbung.yaml:2:9: PORT is \"http\", but must be a whole number from 0 to 65535 (0 takes any free port)"
            ])
        #expect(
            try problemLines(environment: ["X": "http"], yaml: "settings:\n  port: ${X}\n") == [
                "lumbung.yaml:2:9: PORT is \"${X}\" with its variables filled in, but must be a whole number from 0 to "
                    + "65535 (0 takes any free port)"
            ])
        #expect(
            try problemLines(flags: ["host": ""]) == [
                "flag --host: HOST is empty, but must be an IP address, localhost or a host name"
            ])
    }

    @Test func `a value that fits is taken at both ends of its range`() throws {
        for definition in SettingDefinition.all {
            guard case .wholeNumber(let range) = definition.rule else { continue }
            for value in [range.lowerBound, range.upperBound] {
                let other = definition.name == .port ? "ADMIN_PORT" : "PORT"
                let lines = try problemLines(environment: [definition.environmentName: String(value), other: "8"])
                #expect(lines.isEmpty, "\(lines)")
            }
        }
    }

    @Test func `all problems are told at once`() throws {
        let lines = try problemLines(
            flags: ["port": "x"], environment: ["WORKER_COUNT": "0", "LOG_FORMAT": "xml"],
            yaml: "settings:\n  queue_buffer: 0\n  wat: 1\nroutes: 5\n")
        #expect(
            lines.map { $0.prefix { $0 != "," && $0 != ";" } } == [
                "flag --port: PORT is \"x\"",
                "environment WORKER_COUNT: WORKER_COUNT is \"0\"",
                "environment LOG_FORMAT: LOG_FORMAT is \"xml\"",
                "lumbung.yaml:2:17: QUEUE_BUFFER is \"0\"",
                "lumbung.yaml:3:3: unknown setting `wat`",
                "lumbung.yaml:4:9: `routes`: expected a list of routes",
            ])
    }

    @Test func `a weaker origin's invalid value is not looked at`() throws {
        let lines = try problemLines(
            flags: ["port": "1"],
            environment: ["PORT": "x", "ADMIN_TOKEN_FILE": "/nowhere"].merging(["ADMIN_TOKEN": ""]) { $1 },
            yaml: "settings:\n  port: y\n")
        #expect(lines.map { $0.prefix(29) } == ["environment ADMIN_TOKEN_FILE:"])
        #expect(try problemLines(flags: ["admin-token": "t"], environment: ["ADMIN_TOKEN_FILE": "/nowhere"]).isEmpty)
    }

    @Test(arguments: ["TLS_CERT_FILE", "TLS_KEY_FILE"])
    func `what this version cannot do is refused`(_ name: String) throws {
        let key = name.lowercased()
        let flag = key.split(separator: "_").joined(separator: "-")
        #expect(
            try problemLines(environment: [name: "x"]) == [
                "environment \(name): \(name) is not supported in this version; leave it out"
            ])
        #expect(
            try problemLines(flags: [flag: "x"]) == [
                "flag --\(flag): \(name) is not supported in this version; leave it out"
            ])
        #expect(
            try problemLines(yaml: "settings:\n  \(key): [x]\n") == [
                "lumbung.yaml:2:3: `\(key)` is not supported in this version; leave it out"
            ])
    }

    @Test(
        arguments: [
            ("10.0.0.0/8", 1), ("127.0.0.1, ::1,192.0.2.0/24", 3), ("everyone", nil), ("10.0.0.0/8,", nil), (",", nil),
            ("10.0.0.0/8 ::1", nil), ("10.0.0.0/33", nil), ("10.0.0.1:80", nil),
            (Array(repeating: "::1", count: 1000).joined(separator: ","), 1000),
            (Array(repeating: "::1", count: 1001).joined(separator: ","), nil),
        ] as [(String, Int?)])
    func `trusted proxies are addresses and blocks`(_ text: String, _ count: Int?) throws {
        let loaded = try? load(environment: ["TRUSTED_PROXIES": text]).get()
        #expect(loaded?.settings.trustedProxies.count == count)
        if count == nil {
            #expect(try problemLines(yaml: "settings: {trusted_proxies: '\(text)'}").count == 1)
        }
    }

    @Test(arguments: ["postgres://user:canary@db/inbox", "postgresql://canary", "POSTGRES://canary", "postgres:canary"])
    func `PostgreSQL is refused by name`(_ url: String) throws {
        #expect(
            try problemLines(environment: ["DATABASE_URL": url]) == [
                "environment DATABASE_URL: PostgreSQL is not supported in this version; use sqlite:PATH"
            ])
    }

    @Test(arguments: ["0.0.0.0", "::", "192.168.1.1", "admin.example", "128.0.0.1", "::2", "::ffff:10.0.0.1"])
    func `an admin address that others reach needs a token`(_ host: String) throws {
        let lines = try problemLines(environment: ["ADMIN_HOST": host])
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix("environment ADMIN_HOST: ADMIN_HOST is \"\(host)\", which other machines can reach"))
        #expect(try problemLines(environment: ["ADMIN_HOST": host, "ADMIN_TOKEN": "t"]).isEmpty)
    }

    @Test(arguments: [
        "127.0.0.1", "127.255.255.255", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "localhost", "LOCALHOST",
    ])
    func `a loopback address needs none`(_ host: String) throws {
        #expect(try problemLines(environment: ["ADMIN_HOST": host]).isEmpty)
    }

    @Test func `the two listeners need two ports`() throws {
        #expect(
            try problemLines(environment: ["ADMIN_PORT": "9000"]) == [
                "environment ADMIN_PORT: ADMIN_PORT is 9000, the same as PORT (default); each listener needs its own"
            ])
        #expect(try problemLines(environment: ["PORT": "0", "ADMIN_PORT": "0"]).isEmpty)
        #expect(try problemLines(environment: ["HOST": "10.0.0.1", "ADMIN_PORT": "9000"]).isEmpty)
    }

    @Test func `control characters of a value never reach the terminal`() throws {
        let lines = try problemLines(environment: ["LOG_LEVEL": "\u{1B}[2J\nforged: line\u{202E}"])
        #expect(lines.count == 1)
        #expect(lines[0].contains("\"\\u{1B}[2J\\u{A}forged: line\\u{202E}\""))
    }

    @Test func `a long value is cut`() throws {
        let lines = try problemLines(environment: ["LOG_LEVEL": String(repeating: "x", count: 81)])
        #expect(lines[0].contains("\"" + String(repeating: "x", count: 80) + "…\""))
    }
}
