import LumbungCore
import LumbungKit
import Testing

@testable import LumbungHTTP

/// Who is let in, from the head of a request to the bytes of its answer.
@Suite(.timeLimit(.minutes(1))) struct AccessRequestTests {
    private static func source(_ change: (inout Source) -> Void) -> Source {
        var source = Source(name: "accurate")
        change(&source)
        return source
    }

    private static func allowing(_ address: String) -> Source {
        source { $0.access.allow = [AddressBlock(address)].compactMap { $0 } }
    }

    private static let proxies = TrustedProxies([AddressBlock("127.0.0.1")].compactMap { $0 })

    @Test func `another address is refused from the head alone`() throws {
        let wire = try EmbeddedWire(sources: [Self.allowing("192.0.2.1")])
        try wire.send("POST /webhook/accurate?token=canary HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n")
        let answer = try wire.received()
        #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
        #expect(answer.contains("urn:lumbung:problem:forbidden") && !answer.contains("192.0.2.1"))
        let rejection = try #require(wire.store.rejections.first)
        #expect(rejection.status == 403 && rejection.reason == "the address 127.0.0.1 is not in `allow`")
        #expect(!"\(rejection)".contains("canary"))
    }

    @Test func `a listed address is let in`() throws {
        let wire = try EmbeddedWire(sources: [Self.allowing("127.0.0.0/8")])
        #expect(try wire.send(EmbeddedWire.post("{}")).statuses() == [200])
    }

    @Test(arguments: [
        (["X-Forwarded-For: 192.0.2.1"], 200), (["X-Forwarded-For: 192.0.2.1, 198.51.100.1"], 403),
        (["x-forwarded-for: 198.51.100.1", "X-FORWARDED-FOR: 192.0.2.1"], 200), (["X-Forwarded-For: ?"], 403),
        ([], 403),
    ])
    func `a trusted proxy is believed`(_ extra: [String], _ status: Int) throws {
        let wire = try EmbeddedWire(sources: [Self.allowing("192.0.2.1")], proxies: Self.proxies)
        #expect(try wire.send(EmbeddedWire.post("{}", extra: extra)).statuses() == [status])
    }

    @Test func `nobody else is`() throws {
        let wire = try EmbeddedWire(sources: [Self.allowing("192.0.2.1")])
        #expect(try wire.send(EmbeddedWire.post("{}", extra: ["X-Forwarded-For: 192.0.2.1"])).statuses() == [403])
    }

    @Test(arguments: [200, 202, 204, 205, 299])
    func `the answer has the status of the source, problems have their own`(_ status: Int) throws {
        let wire = try EmbeddedWire(sources: [Self.source { $0.answerStatus = status }])
        let answer = try wire.send(EmbeddedWire.post("{}")).received()
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        let hasBody = status != 204 && status != 205
        #expect(answer.contains("\"status\":\"queued\"") == hasBody && answer.contains("content-type:") == hasBody)
        #expect(answer.contains("content-length: 0") == (status == 205))
        #expect(answer.contains("content-length:") == (status != 204))
        #expect(try wire.send(EmbeddedWire.post("{")).statuses() == [400])
    }

    @Test func `over the rate it is 429 with the time to wait, told to the log and not kept`() throws {
        let wire = try EmbeddedWire(
            sources: [Self.source { $0.access.rate = DeliveryRate(count: 1, period: .seconds(3600)) }])
        #expect(try wire.send(EmbeddedWire.post("{}")).statuses() == [200])
        let answer = try wire.send(EmbeddedWire.post("{}")).received()
        #expect(answer.hasPrefix("HTTP/1.1 429 Too Many Requests\r\n") && answer.contains("\r\nretry-after: 3600\r\n"))
        #expect(wire.store.rejections.isEmpty)
        #expect(wire.log.all.filter { $0.hasPrefix("refused 429 ") }.count == 1)
    }
}
