import Foundation
import Testing

@testable import LumbungServer

@Suite struct ConfigPrintTests {
    private static let yaml = """
        settings:
          admin_token: ${TOKEN}
          worker_count: 7
        sources:
          shop: {id: [json:/id, header:X-Id, sha256], type: order, tenant: header:X-Shop, time: [header:X-At, json:/at], split: /events,
                 format: [json, form], max_body_bytes: 10, resend_revives: false,
                 allow: [192.0.2.1, 10.0.0.1/8], token: "${TOKEN}", rate: 5/s, answer: {status: 202},
                 on_failed_check: quarantine}
        destinations:
          app:
            url: https://app.example/hook?key=${TOKEN}
            headers: {Authorization: "Bearer ${TOKEN}"}
            timeout: 250ms
            allow_private: true
            concurrency: 3
            retry: {attempts: 2, first: 1s, longest: 90s}
          print: {log: true, paused: true}
        routes:
          - {from: shop, to: [app, print]}
          - from: shop
            type: [order, "${TOKEN}_*"]
            tenant: [7, "${TOKEN}-*"]
            when: {/a: x, /b: [1, null, "${TOKEN}"], /c: {gt: 0, not: {prefix: INV}}}
            to: app
        """

    private func printed() throws -> ConfigPrint {
        let environment = ["TOKEN": "canary", "PORT": "8000"]
        return ConfigPrint(try load(flags: ["log-format": "json"], environment: environment, yaml: Self.yaml).get())
    }

    @Test func `the table`() throws {
        let lines = try printed().table().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0] == "NAME                    VALUE                   ORIGIN")
        #expect(lines.contains("PORT                    8000                    environment PORT"))
        #expect(lines.contains("ADMIN_TOKEN             ********                lumbung.yaml:2:16"))
        #expect(lines.contains("WORKER_COUNT            7                       lumbung.yaml:3:17"))
        #expect(lines.contains("LOG_FORMAT              json                    flag --log-format"))
        #expect(lines.contains("HOST                    0.0.0.0                 default"))
        #expect(lines.contains("TLS_KEY_FILE            -                       default"))
        #expect(lines.contains("CONFIG_FILE             lumbung.yaml            default"))
        #expect(
            lines.contains(
                "shop    accurate  none    json:/id, header:X-Id, sha256  order  header:X-Shop  header:X-At, json:/at  /events  json, form  10              no"
                    + "              2      ********  5/s   202     quarantine, answered 401  -"))
        #expect(
            lines.contains(
                "app          http  3            -     2 x 1s..90s  https://app.example/hook?********; timeout 250ms; "
                    + "private addresses allowed; Authorization: ********"))
        #expect(lines.contains("print        log   -            -     12 x 5s..6h  paused"))
        #expect(
            lines.contains("FROM  TYPE               TENANT         WHEN" + String(repeating: " ", count: 67) + "TO"))
        #expect(
            lines.contains(
                "shop  -                  -              -" + String(repeating: " ", count: 70) + "app, print"))
        #expect(
            lines.contains(
                "shop  order, ${TOKEN}_*  7, ${TOKEN}-*  /a: \"x\", /b: [1, null, \"${TOKEN}\"], "
                    + "/c: {gt: 0, not: {prefix: \"INV\"}}  app"
            ))
        #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
    }

    @Test(arguments: [
        ("https://chat.example/services/${TOKEN}/x", "https://chat.example/services/${TOKEN}/x"),
        (
            "https://chat.example/services/T012345/XsuperSecretKey0123456789",
            "https://chat.example/services/T012345/********"
        ),
        ("https://chat.example/${TOKEN}?key=${TOKEN}", "https://chat.example/${TOKEN}?********"),
        ("https://chat.example/a0123456789abcd", "https://chat.example/a0123456789abcd"),
        ("https://chat.example/a0123456789abcde", "https://chat.example/********"),
        ("https://chat.example/purchase-receipts", "https://chat.example/purchase-receipts"),
    ])
    func `an address is shown without its keys`(_ written: String, _ shown: String) throws {
        let yaml = "destinations:\n  app:\n    url: \(written)\n"
        let print = ConfigPrint(try load(environment: ["TOKEN": "canary"], yaml: yaml).get())
        for output in [print.table(), print.json()] {
            #expect(output.contains(shown))
            #expect(!output.contains("canary"))
        }
    }

    @Test func `the JSON document`() throws {
        let text = try printed().json()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["config_file"] as? String == "lumbung.yaml")
        let settings = try #require(object["settings"] as? [[String: Any]])
        #expect(settings.count == SettingDefinition.all.count)
        let token = try #require(settings.first { $0["name"] as? String == "ADMIN_TOKEN" })
        #expect(token["value"] as? String == "********")
        #expect(token["secret"] as? Bool == true)
        #expect(token["origin"] as? String == "lumbung.yaml:2:16")
        #expect(settings.last?["value"] is NSNull)
        let destinations = try #require(object["destinations"] as? [[String: Any]])
        #expect(destinations[0]["url"] as? String == "https://app.example/hook?********")
        #expect(destinations[0]["timeout_ms"] as? Int == 250)
        #expect((destinations[0]["retry"] as? [String: Any])?["longest_ms"] as? Int == 90_000)
        #expect(destinations[1]["url"] is NSNull)
        #expect(destinations[1]["paused"] as? Bool == true)
        let sources = try #require(object["sources"] as? [[String: Any]])
        #expect(sources[0]["id"] as? [String] == ["json:/id", "header:X-Id", "sha256"])
        #expect(sources[0]["preset"] as? String == "accurate")
        #expect(sources[0]["allow"] as? [String] == ["192.0.2.1", "10.0.0.0/8"])
        #expect(sources[0]["token"] as? String == "********")
        #expect(sources[0]["rate"] as? String == "5/s")
        #expect(sources[0]["answer_status"] as? Int == 202)
        #expect(sources[0]["on_failed_check"] as? String == "quarantine")
        let quarantine = try #require(sources[0]["quarantine"] as? [String: Int])
        #expect(quarantine == ["answer": 401, "requests": 1000, "bytes": 67_108_864, "lifetime_ms": 604_800_000])
        let checks = try #require(sources[0]["verify"] as? [[String: Any]])
        #expect(checks.map { $0["scheme"] as? String } == ["none"])
        #expect(checks.map { $0["secrets"] as? Int } == [0])
        #expect(sources[0]["split"] as? String == "/events")
        #expect(sources[0]["format"] as? [String] == ["json", "form"])
        let routes = try #require(object["routes"] as? [[String: Any]])
        #expect(routes[0]["to"] as? [String] == ["app", "print"])
        #expect(routes[0]["type"] as? [String] == [])
        #expect(routes[0]["when"] as? [[String: String]] == [])
        #expect(routes[1]["type"] as? [String] == ["order", "${TOKEN}_*"])
        #expect(
            routes[1]["when"] as? [[String: String]] == [
                ["pointer": "/a", "test": "\"x\""], ["pointer": "/b", "test": "[1, null, \"${TOKEN}\"]"],
                ["pointer": "/c", "test": "{gt: 0, not: {prefix: \"INV\"}}"],
            ])
    }

    @Test func `no rendering shows a secret`() throws {
        let printed = try printed()
        var dumped = ""
        dump(printed.loaded, to: &dumped)
        let renderings = [
            printed.table(), printed.json(), dumped, "\(printed.loaded.settings)", "\(printed.loaded.resolved)",
            String(reflecting: printed.loaded.settings),
        ]
        for text in renderings { #expect(!text.contains("Bearer canary")) }
        for text in [renderings[0], renderings[1], renderings[3], renderings[4], renderings[5]] {
            #expect(!text.contains("canary"))
        }
    }

    @Test func `no problem shows a secret`() throws {
        let canary = "canary-secret"
        let yamls = [
            "settings:\n  admin_token: \(canary) x\n",
            "settings:\n  admin_token: [\(canary)]\n",
            "settings:\n  admin_token: \"\(canary)\\n\"\n",
            "settings:\n  admin_token: \"\(canary)\n",
            "settings:\n  admin_token: ${\(canary)\n",
            "settings:\n  database_url: postgres://u:\(canary)@h/d\n",
            "settings:\n  database_url: mysql://u:\(canary)@h/d\n",
            "settings:\n  database_url: mysql:u:\(canary)@h/d\n",
            "destinations:\n  a:\n    url: https://u:\(canary)@h/\n",
            "destinations:\n  a:\n    url: ftp://h/\(canary)\n",
            "destinations:\n  a:\n    url: https://h/#\(canary)\n",
            "destinations:\n  a:\n    url: https://h:\(canary)/\n",
            "destinations:\n  a:\n    url: [\(canary)]\n",
            "destinations:\n  a:\n    url: https://h/\n    headers: {A: \"\(canary)\\r\\n\"}\n",
            "destinations:\n  a:\n    url: https://h/\n    headers: Bearer \(canary)\n",
            "destinations:\n  a:\n    url: https://h/\n    headers: [\(canary)]\n",
            "destinations:\n  a:\n    url: https://h/\n    secret: \(canary)\n",
            "destinations:\n  a: https://h/?\(canary)\n",
            "destinations: https://h/?\(canary)\n",
            "sources:\n  a: {token: \(canary), secrets: [\(canary)], verify: {secret: \(canary)}}\n",
            "sources:\n  a: {token: \(canary), token: \(canary)}\n",
            "sources:\n  a:\n    token: \(canary)\n\tx: y\n",
            "sources:\n  a:\n    token: !custom \(canary)\n",
            "sources:\n  a:\n    preset: \(canary)\n",
            "sources:\n  a: {max_body_bytes: '${C}', resend_revives: '${C}', id: '${C}', preset: '${C}'}\n",
            "routes: [{from: '${C}', to: '${C}'}]\nsettings: {port: '${C}', host: '${C}-', log_level: '${C}'}\n",
            "\(canary)",
            "- \(canary)",
        ]
        for yaml in yamls {
            let lines = try problemLines(environment: ["C": canary], yaml: yaml)
            #expect(!lines.isEmpty, "\(yaml)")
            for line in lines where !(yaml.contains("${\(canary)")) {
                #expect(!line.contains(canary), "\(yaml) gives \(line)")
            }
        }
        for environment in [
            ["ADMIN_TOKEN": canary + " "], ["DATABASE_URL": "postgres://u:\(canary)@h"],
            ["DATABASE_URL": "x:\(canary)"], ["ADMIN_TOKEN": canary, "ADMIN_TOKEN_FILE": "x"],
        ] {
            let lines = try problemLines(environment: environment)
            #expect(lines.count == 1)
            #expect(!lines[0].contains(canary))
        }
    }
}
