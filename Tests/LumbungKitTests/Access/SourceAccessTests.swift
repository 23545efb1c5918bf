import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungKit

@Suite struct SourceAccessTests {
    private func entrance(_ change: (inout Source) -> Void) -> Entrance {
        var source = Source(name: "s")
        change(&source)
        return Entrance(IntakePlan(source: source, routes: RouteTable(always: [])))
    }

    private func request(
        _ target: String = "/webhook/s", from address: String? = nil, method: String = "POST"
    ) -> IngestRequest {
        var request = IngestRequest(
            source: "s", headers: [], body: Array("{\"uuid\":\"u\"}".utf8), receivedAt: NewEvent.sampleTime)
        request.target = target
        request.method = method
        request.clientAddress = address.flatMap { IPAddress($0) }
        return request
    }

    /// The status and the reason; nil when it is let in.
    private func refusal(_ entrance: Entrance, _ request: IngestRequest) -> Problem? {
        do throws(Problem) {
            _ = try entrance.examine(request)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            ("192.0.2.9", true), ("::ffff:192.0.2.9", true), ("198.51.100.7", true), ("198.51.100.8", false),
            (nil, false),
        ] as [(String?, Bool)])
    func `only listed addresses may send`(_ address: String?, _ isAdmitted: Bool) {
        let entrance = entrance {
            $0.access.allow = ["192.0.2.0/24", "198.51.100.7"].compactMap { AddressBlock($0) }
        }
        let refused = refusal(entrance, request(from: address))
        #expect((refused == nil) == isAdmitted)
        guard let refused else { return }
        #expect(refused.status == 403 && !refused.detail.contains("198"))
        #expect(refused.reason.contains(address ?? "not known"))
    }

    @Test func `an address is asked for before anything else`() {
        let entrance = entrance {
            $0.access.allow = []
            $0.access.token = AccessToken("t")
            $0.handshakes = [.graph]
        }
        #expect(refusal(entrance, request(from: "192.0.2.1"))?.status == 403)
        #expect(refusal(entrance, request("/webhook/s?validationToken=x", method: "POST"))?.status == 403)
    }

    @Test(arguments: [
        ("?token=a%2Bb+c%20d", true), ("?x=1&token=a+b+c%20d&token2=z", true), ("?%74oken=a+b+c%20d", true),
        ("", false), ("?", false), ("?token", false), ("?token=", false), ("?token=a+b+c", false),
        ("?Token=a+b+c%20d", false), ("?token=a+b+c%20d&token=a+b+c%20d", false), ("?token=a+b+c%20d&token=", false),
        ("?token=a+b+c%20d&token", false), ("?token=a+b+c%2", false), ("?token=a+b+c%20d%", false),
        ("?token=a%20b%20c%20d", false), ("?token=a+b+c d?", false),
    ])
    func `the token is wanted once, percent-decoded alone`(_ query: String, _ isAdmitted: Bool) {
        let entrance = entrance { $0.access.token = AccessToken("a+b+c d") }
        let refused = refusal(entrance, request("/webhook/s" + query))
        #expect(refused?.status == (isAdmitted ? nil : 401))
        #expect(refused.map { !$0.reason.contains("a+b") && $0.reason != $0.detail } ?? true)
    }

    @Test func `questions that nobody signs need no token, those behind the signature do`() {
        let entrance = entrance {
            $0.access.token = AccessToken("t")
            $0.handshakes = [.graph, .slack]
        }
        #expect(refusal(entrance, request("/webhook/s?validationToken=x")) == nil)
        var question = request()
        question.body = Array("{\"type\":\"url_verification\",\"challenge\":\"c\"}".utf8)
        #expect(refusal(entrance, question)?.status == 401)
        question.target = "/webhook/s?token=t"
        #expect(refusal(entrance, question) == nil)
    }

    @Test func `no output shows a token`() {
        var dumped = ""
        dump(AccessToken("canary"), to: &dumped)
        #expect(!"\(AccessToken("canary")) \(dumped)".contains("canary"))
    }

    @Test func `over the rate it is 429, which is not kept, and only requests that may be stored count`() {
        let entrance = entrance {
            $0.access.token = AccessToken("t")
            $0.access.rate = DeliveryRate(count: 2, period: .seconds(3600))
        }
        for _ in 0..<5 { #expect(refusal(entrance, request())?.status == 401) }
        for _ in 0..<2 { #expect(refusal(entrance, request("/webhook/s?token=t")) == nil) }
        let refused = refusal(entrance, request("/webhook/s?token=t"))
        #expect(refused?.status == 429 && refused?.isKept == false)
        #expect((1799...1800).contains(refused?.retryAfterSeconds ?? 0))
        #expect(refusal(entrance, request())?.isKept == true)
    }

    @Test func `the meter tells whole seconds`() {
        let meter = RequestMeter(DeliveryRate(count: 3, period: .seconds(4)))
        for _ in 0..<3 { #expect(meter.refusesFor(now: .zero) == nil) }
        #expect(meter.refusesFor(now: .zero) == 2)
        #expect(meter.refusesFor(now: .milliseconds(1000)) == 1)
        #expect(meter.refusesFor(now: .milliseconds(1333)) == 1)
        #expect(meter.refusesFor(now: .milliseconds(1334)) == nil)
        #expect(meter.refusesFor(now: .milliseconds(1335)) == 2)
        for _ in 0..<3 { #expect(meter.refusesFor(now: .seconds(100)) == nil) }
        #expect(meter.refusesFor(now: .seconds(100)) == 2)
    }

    @Test func `a reload forgets what was counted only with another rate`() async {
        let store = MemoryInbox()
        func sources(_ count: Int) -> [(source: Source, routes: RouteTable)] {
            var source = Source(name: "s")
            source.access.rate = DeliveryRate(count: count, period: .seconds(3600))
            return [(source, RouteTable(always: []))]
        }
        let intake = Intake(store: store, sources: sources(1), patience: .seconds(5), committed: {})
        func refused() -> Int? { intake.entrance(named: "s").flatMap { refusal($0, request())?.status } }
        #expect(refused() == nil)
        #expect(refused() == 429)
        intake.replace(sources: sources(1))
        #expect(refused() == 429)
        intake.replace(sources: sources(2))
        #expect(refused() == nil)
    }

    @Test func `headers that repeat the target are not kept`() {
        let names = ["X-Original-URI", "X-Forwarded-Uri", "X-Envoy-Original-Path", "Referer", "X-Topic"]
        let headers = names.map { IngestRequest.Header(name: $0, value: "v") }
        #expect(KeptHeaders.json(headers) == "{\"x-topic\":\"v\"}")
    }
}
