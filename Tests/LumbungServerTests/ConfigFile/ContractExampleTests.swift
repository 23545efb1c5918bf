import Foundation
import Testing

@testable import LumbungServer

@Suite struct ContractExampleTests {
    /// The contract's own example: nothing is wrong but that the machine of the test has no such file.
    @Test func `the whole format is recognised`() {
        let yaml = """
            sources:
              accurate:
                allow: [202.78.195.250, 163.61.77.2]
                token: ${ACCURATE_TOKEN}
              github:
                secret: ${GITHUB_SECRET}
              shop:
                preset: shopify
                secret_file: /run/secrets/shopify
              custom:
                verify: {scheme: hmac, algorithm: sha256, encoding: hex, header: X-Signature, tolerance: 5m,
                         signed: "{timestamp}.{body}", timestamp_header: X-Timestamp, secret: ${CUSTOM_SECRET}}
                id: header:X-Request-Id
                type: json:/type
                split: ""
                rate: 100/s
                max_body_bytes: 5242880
                answer: {status: 202}
                resend_revives: true
            destinations:
              app:
                url: https://app.example.com/hooks
                secret: ${APP_SECRET}
                headers: {Authorization: "Bearer ${APP_TOKEN}"}
                timeout: 15s
                concurrency: 5
                rate: 50/s
                retry: {attempts: 12, first: 5s, longest: 6h}
                permanent: [400, 422]
                order_by: json:/databaseId
                allow_private: false
              importer:
                command: [/usr/local/bin/import-receipt, --stdin]
                timeout: 60s
            routes:
              - from: accurate
                type: [SALES_RECEIPT, "PURCHASE_*"]
                when: {/data/0/action: WRITE, /databaseId: [1293289, 1293290], /total: {gt: 0}}
                to: [app]
            """
        let names = ["ACCURATE_TOKEN", "GITHUB_SECRET", "CUSTOM_SECRET", "APP_SECRET", "APP_TOKEN"]
        let lines = problems(
            yaml, environment: Dictionary(uniqueKeysWithValues: names.map { ($0, "0123456789abcdef") }))
        #expect(
            lines == ["f:9:18: cannot read the file \"/run/secrets/shopify\" for `secret_file`: there is no such file"])
    }

    @Test func `the same without what this version lacks is accepted`() {
        let yaml = """
            sources:
              accurate:
              custom:
                id: header:X-Request-Id
                type: json:/type
                split: ""
                max_body_bytes: 5242880
                resend_revives: true
            destinations:
              app:
                url: https://app.example.com/hooks
                secret: ${APP_SECRET}
                headers: {Authorization: "Bearer ${APP_TOKEN}"}
                timeout: 15s
                concurrency: 5
                rate: 50/s
                retry: {attempts: 12, first: 5s, longest: 6h}
                permanent: [400, 422]
                order_by: json:/databaseId
                allow_private: false
              importer:
                command: [/usr/local/bin/import-receipt, --stdin]
                timeout: 60s
            routes:
              - from: accurate
                type: [SALES_RECEIPT, "PURCHASE_*"]
                when: {/data/0/action: WRITE, /databaseId: [1293289, 1293290], /total: {gt: 0}}
                to: [app]
            """
        let environment = ["APP_TOKEN": "t", "APP_SECRET": "0123456789abcdef"]
        #expect(inbox(yaml, environment: environment).routes.count == 1)
    }

    @Test func `the example file is accepted`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let text = try String(contentsOf: root.appending(path: "lumbung.example.yaml"), encoding: .utf8)
        let routes = inbox(text).routes
        #expect(routes.contains { !$0.types.isEmpty && !$0.conditions.isEmpty })
    }
}
