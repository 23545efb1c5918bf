import Foundation
import Testing

@testable import LumbungServer

@Suite struct ConfigPrintDestinationTests {
    private static let yaml = """
        security: {allow_private: true}
        sources: {stripe: {secret: "${OLD}"}, github: {secret: "${NEW}"}}
        destinations:
          app:
            url: https://app.example/hook
            secrets: ["${NEW}", "${OLD}"]
            headers: {X-Key: "${NEW}"}
            rate: 50/s
            permanent: [400, 422]
            resign: stripe
            order_by: json:/databaseId
            ca_file: ${FOLDER}/ca.pem
            client_cert_file: client.pem
            client_key_file: client.key
          file:
            url: https://file.example/
            secret_file: secret
            resign: {preset: github, secret_file: secret}
            allow_private: false
            order_by: json:/a
            order_on_dead: block
          importer:
            command: [/usr/local/bin/import, --stdin, "a b", "--key=${NEW}", "x;y", "it's", "\\t"]
            timeout: 60s
            env: {MODE: fast-canary, TOKEN: "${NEW}"}
            directory: /srv/${FOLDER}
            permanent: [2]
            rate: 600000/m
            paused: true
          log: {log: true, rate: 1/h}
        """

    private func printed() throws -> ConfigPrint {
        let environment = ["NEW": "canary-new-secret", "OLD": "canary-old-secret", "FOLDER": "canary-folder"]
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path + "/canary-folder", withIntermediateDirectories: true)
        try folder.write(Self.yaml)
        try folder.write("canary-file-secret\n", to: "secret")
        for name in ["canary-folder/ca.pem", "client.pem", "client.key"] {
            try folder.write("-----BEGIN CERTIFICATE-----\n", to: name)
        }
        let input = ConfigurationInput(environment: environment, workingDirectory: folder.path)
        return ConfigPrint(try ConfigurationLoader.load(input))
    }

    @Test func `the table has its columns and every key`() throws {
        let lines = try printed().table().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("DESTINATION") })
        #expect(
            Array(lines[start..<start + 6]) == [
                "DESTINATION  KIND     CONCURRENCY  RATE      RETRY        DETAILS",
                "app          http     -            50/s      12 x 5s..6h  https://app.example/hook; timeout 15s; "
                    + "private addresses allowed; signed with 2 secrets; signed anew as stripe; ca_file ${FOLDER}/ca.pem; "
                    + "client_cert_file client.pem; client_key_file client.key; X-Key: ********; "
                    + "gives up on 400, 422; ordered by json:/databaseId, a dead event is skipped",
                "file         http     -            -         12 x 5s..6h  https://file.example/; timeout 15s; "
                    + "signed with 1 secret; signed anew as github; ordered by json:/a, a dead event blocks",
                "importer     command  -            600000/m  12 x 5s..6h  paused; /usr/local/bin/import --stdin "
                    + "\"a b\" --key=${NEW} \"x;y\" \"it's\" \"\\u{9}\"; timeout 1m; in /srv/${FOLDER}; MODE=********; "
                    + "TOKEN=********; gives up on 2",
                "log          log      -            1/h       12 x 5s..6h  -",
                "",
            ])
    }

    @Test func `the JSON document has every key`() throws {
        let text = try printed().json()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let destinations = try #require(object["destinations"] as? [[String: Any]])
        let keys: Set = [
            "name", "kind", "url", "headers", "secrets", "resign", "allow_private", "ca_file", "client_cert_file",
            "client_key_file", "command", "env", "directory", "timeout_ms", "concurrency", "rate", "permanent",
            "order_by", "order_on_dead", "paused", "retry",
        ]
        for destination in destinations { #expect(Set(destination.keys) == keys) }
        let (app, file, importer, log) = (destinations[0], destinations[1], destinations[2], destinations[3])
        #expect(app["secrets"] as? Int == 2)
        #expect(app["allow_private"] as? Bool == true)
        #expect(app["ca_file"] as? String == "${FOLDER}/ca.pem")
        #expect(app["client_cert_file"] as? String == "client.pem")
        #expect(app["client_key_file"] as? String == "client.key")
        #expect(app["rate"] as? String == "50/s")
        #expect(app["permanent"] as? [Int] == [400, 422])
        #expect(app["order_by"] as? String == "json:/databaseId")
        #expect(app["order_on_dead"] as? String == "skip")
        #expect(app["command"] is NSNull)
        #expect(app["resign"] as? String == "stripe")
        #expect(file["resign"] as? String == "github")
        #expect(importer["resign"] is NSNull && log["resign"] is NSNull)
        #expect(file["secrets"] as? Int == 1)
        #expect(file["allow_private"] as? Bool == false)
        #expect(file["order_on_dead"] as? String == "block")
        #expect(importer["kind"] as? String == "command")
        #expect(
            importer["command"] as? [String] == [
                "/usr/local/bin/import", "--stdin", "a b", "--key=${NEW}", "x;y", "it's", "\t",
            ])
        #expect(
            importer["env"] as? [[String: String]] == [
                ["name": "MODE", "value": "********"], ["name": "TOKEN", "value": "********"],
            ])
        #expect(importer["directory"] as? String == "/srv/${FOLDER}")
        #expect(importer["timeout_ms"] as? Int == 60_000)
        #expect(importer["allow_private"] is NSNull)
        #expect(log["rate"] as? String == "1/h")
        #expect(log["order_by"] is NSNull && log["order_on_dead"] is NSNull && log["timeout_ms"] is NSNull)
    }

    @Test func `no rendering shows a secret`() throws {
        let printed = try printed()
        for text in [printed.table(), printed.json()] { #expect(!text.contains("canary")) }
        var dumped = ""
        dump(printed.loaded, to: &dumped)
        // An argument is no secret: every user of the machine can read it.
        for secret in ["canary-old-secret", "canary-file-secret", "fast-canary"] {
            #expect(!dumped.contains(secret))
        }
    }
}
