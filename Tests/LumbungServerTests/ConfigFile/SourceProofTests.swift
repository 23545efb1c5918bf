import LumbungKit
import Testing

@testable import LumbungServer

/// What the events of a source are proven as.
@Suite struct SourceProofTests {
    private static let proving = PresetCatalog.all.names.filter { !["accurate", "custom"].contains($0) }

    private func provenAs(_ source: String) throws -> String {
        let read = inbox("sources: {in: {\(source)}}\n")
        return try Wiring.source(try #require(read.sources.first)).provenAs
    }

    @Test(arguments: proving)
    func `a source that checks as its preset does proves its events`(name: String) throws {
        let secret = try #require(PresetCatalog.all[name]?.exampleSecret)
        let source = "preset: \(name), secret: \"\(secret)\", public_url: \"https://a\""
        #expect(try provenAs(source) == name)
        let open = name == "microsoft-graph" ? "preset: \(name)" : "preset: \(name), public_url: \"https://a\""
        #expect(try provenAs(open + ", verify: {scheme: none}") == "")
    }

    @Test(arguments: [
        ("preset: accurate", ""),
        ("preset: stripe, verify: {scheme: none}, allow: [192.0.2.1]", ""),
        ("preset: stripe, verify: {scheme: token, bearer: true}, secret: s", ""),
        ("preset: stripe, verify: {scheme: hmac, header: Stripe-Signature}, secret: s", ""),
        ("preset: custom, verify: {scheme: token, bearer: true}, secret: s", ""),
        ("preset: asana", "asana"),
        ("preset: gitlab, secrets: [a-token-of-letters, whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw]", "gitlab"),
        (
            "preset: stripe, secret: s, verify: {scheme: hmac, header: Stripe-Signature, field: v1, "
                + "timestamp: \"field:t\", signed: \"{timestamp}.{body}\", tolerance: 6h}", "stripe"
        ),
        (
            "preset: github, secret: s, verify: [{scheme: hmac, header: X-Hub-Signature-256, prefix: sha256=}, "
                + "{scheme: token, bearer: true}]", ""
        ),
    ])
    func `another check proves nothing, another tolerance does`(source: String, preset: String) throws {
        #expect(try provenAs(source) == preset)
    }
}
