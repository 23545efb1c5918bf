import AsyncHTTPClient
import Foundation
import LumbungCore
import LumbungKit
import LumbungSignatures
import NIOHTTP1
import Testing

@testable import LumbungServer
@testable import LumbungTransport

@Suite struct PresetResigningTests {
    private static let able = [
        "asana", "cloudevents", "doku", "dropbox", "github", "gitlab", "hubspot", "meta", "midtrans-payout", "paddle",
        "shopee",
        "shopify", "slack", "square", "standard-webhooks", "stripe", "tripay", "twilio", "whatsapp", "x", "xendit",
        "zoom",
    ]
    private static let unable = [
        "accurate": "prove nothing", "custom": "nothing about", "discord": "private key", "duitku": "in the body",
        "mailgun": "in the body", "microsoft-graph": "in the body", "midtrans": "in the body",
        "sendgrid": "private key",
    ]
    /// Headers of an identity or a type that an event is not kept with, or that Lumbung sets itself.
    private static let notPassedOn = ["i-twilio-idempotency-token", "webhook-id", "svix-id"]

    @Test func `every preset is one whose sender's proof can be made anew, or one that says why not`() {
        let presets = PresetCatalog.all.presets
        #expect(presets.filter { $0.resigning.obstacle == nil }.map(\.name) == Self.able)
        #expect(Set(Self.unable.keys) == Set(PresetCatalog.all.names).subtracting(Self.able))
        for preset in presets {
            guard let why = Self.unable[preset.name] else { continue }
            #expect(preset.resigning.obstacle?.contains(why) == true, "\(preset.name)")
            #expect(preset.forwarded.isEmpty)
        }
    }

    @Test(arguments: able)
    func `what goes out is what the preset's own source takes`(name: String) throws {
        let preset = try #require(PresetCatalog.all[name])
        let secret = try #require(preset.exampleSecret)
        let hook = "https://app.example/hook?a=1"
        let read = inbox(
            """
            sources: {in: {preset: \(name), secret: "\(secret)", public_url: "https://app.example/hook"}}
            destinations: {app: {url: "\(hook)", resign: \(name)}}
            routes: [{from: in, to: app}]
            """)
        guard case .http(let http)? = read.destinations.first?.kind else { return #expect(Bool(false)) }
        #expect(http.resign?.secret == Secret(secret))
        let source = try Wiring.source(read.sources[0])
        // A week after it came.
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        let request = try DeliveryRequest(
            destination: try http.destination(), attempt: Self.attempt(preset, at: now),
            contentTypePlan: ScanPlan(pointers: [JSONPointer(key: "content-type")])
        ).request(like: nil)
        var received = IngestRequest(
            source: "in", headers: request.headers.map { .init(name: $0.name, value: $0.value) },
            body: try #require(preset.exampleBody), receivedAt: now)
        received.target = String(request.url.absoluteString.dropFirst("https://app.example".count))
        let (steps, result) = source.explain(received)
        #expect(throws: Never.self, "\(steps)") { try result.get() }
        received.body.append(UInt8(ascii: " "))
        let isToken = ["cloudevents", "gitlab", "xendit"].contains(name)
        #expect((try? source.explain(received).result.get()) == nil || isToken)
        received.body.removeLast()
        received.headers.removeAll { http.isProof($0.name) }
        #expect(throws: VerificationFailure.self) { try source.explain(received).result.get() }
    }

    @Test(arguments: able)
    func `what names an event, and what is signed, is passed on`(name: String) throws {
        let preset = try #require(PresetCatalog.all[name])
        let text = preset.source.filter { ["id", "type", "verify"].contains($0.key) }.map { "\($0.value)" }.joined()
        var wanted: Set<String> = []
        for part in text.split(separator: "header:").dropFirst() {
            wanted.insert(part.prefix { $0.isLetter || $0.isNumber || $0 == "-" }.lowercased())
        }
        let rule = try #require(preset.resigning.rules.first)
        let signer = try RequestSigner([KeyedRule(rule, secrets: [try #require(preset.exampleSecret)])])
        let proof = SenderProof(sender: name, signer: signer, forwarded: preset.forwarded)
        for header in wanted.subtracting(Self.notPassedOn).subtracting(signer.headerNames) {
            let kept = #"{"\#(header)":"v"}"#
            let content = EventContent(payload: [], digest: [], headers: kept)
            let event = LeasedEvent(id: EventID(1), source: "in", identity: "i", type: "", content: content)
            #expect(proof.forwardedHeaders(of: event).map(\.name) == [header])
        }
    }

    @Test func `GitLab's key signs, and its token is sent`() throws {
        for (secret, header) in [
            ("a-token-of-twenty-letters", "x-gitlab-token"),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "webhook-signature"),
        ] {
            let read = inbox(
                """
                sources: {gitlab: {secret: \(secret)}}
                destinations: {a: {url: "https://a", resign: gitlab}}
                """)
            guard case .http(let http)? = read.destinations.first?.kind else { return #expect(Bool(false)) }
            let preset = try #require(PresetCatalog.all["gitlab"])
            let attempt = try Self.attempt(preset, at: Timestamp(milliseconds: 0))
            let request = try DeliveryRequest(
                destination: try http.destination(), attempt: attempt, contentTypePlan: nil
            ).request(like: nil)
            let names = Set(request.headers.map(\.name)).intersection(["x-gitlab-token", "webhook-signature"])
            #expect(names == [header])
            #expect(request.headers["x-gitlab-event"] == ["Push Hook"])
        }
    }

    @Test(arguments: able)
    func `an operator's test is taken by the preset's own source`(name: String) throws {
        let preset = try #require(PresetCatalog.all[name])
        let read = inbox(
            """
            sources: {in: {preset: \(name), secret: "\(try #require(preset.exampleSecret))", public_url: "https://a/hook"}}
            destinations: {app: {url: "https://a/hook", resign: \(name)}}
            """)
        guard case .http(let http)? = read.destinations.first?.kind else { return #expect(Bool(false)) }
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        let content = EventContent(
            payload: Array(#"{"type":"LUMBUNG_TEST"}"#.utf8), digest: [],
            headers: #"{"content-type":"application/json"}"#)
        let sample = LeasedEvent(
            id: EventID(0), source: "test", identity: "test-1", type: "LUMBUNG_TEST", content: content)
        let lease = Lease(
            event: sample, destination: DestinationID(1), token: 0, attempt: 1, isSuspect: false, fanout: 1)
        let request = try DeliveryRequest(
            destination: try http.destination(),
            attempt: Attempt(lease: lease, destinationName: "app", startedAt: now),
            contentTypePlan: ScanPlan(pointers: [JSONPointer(key: "content-type")])
        ).request(like: nil)
        var received = IngestRequest(
            source: "in", headers: request.headers.map { .init(name: $0.name, value: $0.value) },
            body: content.payload, receivedAt: now)
        received.target = String(request.url.absoluteString.dropFirst("https://a".count))
        let source = try Wiring.source(read.sources[0])
        let (steps, result) = source.explain(received)
        #expect(throws: Never.self, "\(steps)") { try result.get() }
    }

    private static func attempt(_ preset: Preset, at now: Timestamp) throws -> Attempt {
        let headers = preset.exampleHeaders.map { "\"\($0.name.lowercased())\":\"\($0.value)\"" }
        let content = EventContent(
            payload: try #require(preset.exampleBody), digest: [], headers: "{\(headers.joined(separator: ","))}")
        var event = LeasedEvent(id: EventID(7), source: "in", identity: "id-1", type: "t", content: content)
        event.provenAs = preset.name
        let lease = Lease(
            event: event, destination: DestinationID(1), token: 1, attempt: 1, isSuspect: false, fanout: 1)
        return Attempt(lease: lease, destinationName: "app", startedAt: now)
    }
}

extension HTTPDestinationConfiguration {
    /// Whether a header is one of those that prove the sender.
    fileprivate func isProof(_ name: String) -> Bool {
        (try? resign?.proof().signer.headerNames.contains(name)) ?? false
    }
}
