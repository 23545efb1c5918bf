import Foundation
import Testing

@testable import LumbungServer

@Suite struct ExampleFileTests {
    /// The example with the keys that stand behind `# ` switched on.
    private static func whole(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let key = line.wholeMatch(of: /( *)# ( *[A-Za-z_]+:( .*)?)/) else { return String(line) }
            return String(key.1 + key.2)
        }.joined(separator: "\n")
    }

    private func example() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("lumbung.example.yaml"), encoding: .utf8)
    }

    @Test func `the example is accepted as it stands`() throws {
        #expect(try problemLines(yaml: example()) == [])
    }

    @Test func `the example is accepted with every key`() throws {
        let text = Self.whole(try example())
        let secret = "0123456789abcdef"
        let names = [
            "APP_TOKEN", "APP_SECRET", "PARTNER_SECRET", "PARTNER_OLD_SECRET", "IMPORT_TOKEN", "SHOP_TOKEN",
            "STRIPE_SECRET",
        ]
        let values = names.map { ($0, $0 + secret) }
        let pem = "-----BEGIN CERTIFICATE-----\n"
        let files = [
            "admin-token": "t", "shop-secret": secret, "ca.pem": pem, "client.pem": pem, "client.key": pem,
        ]
        let result = try load(environment: Dictionary(uniqueKeysWithValues: values), yaml: text, files: files)
        #expect(throws: Never.self) { try result.get() }
        let sourceKeys = SourceReader.accessKeys.filter { $0 != "token_file" }
        for key in DestinationReader.keys + sourceKeys {
            #expect(text.contains(try Regex("(?m)^ +\(key):")), "\(key) has no example")
        }
    }
}
