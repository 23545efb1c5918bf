import LumbungCore
import Testing

@testable import LumbungTransport

@Suite
struct CloudEventHeadersTests {
    static let attributes = [
        "ce-specversion": "1.0", "ce-id": "A%2F1", "ce-source": "/shop", "ce-type": "made", "content-type": "image/png",
    ]

    /// The headers that travel, when these were kept.
    static func fields(_ kept: [String: String], identity: String = "/shop A/1") -> [String: String] {
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (index, header) in kept.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            JSONText.escape(header.key, into: &text)
            text.append(UInt8(ascii: ":"))
            JSONText.escape(header.value, into: &text)
        }
        let headers = String(decoding: text, as: UTF8.self) + "}"
        let event = Attempt.sample(identity: identity, headers: headers).lease.event
        return Dictionary(uniqueKeysWithValues: CloudEventHeaders(of: event).fields.map { ($0.name, $0.value) })
    }

    static func with(_ more: [String: String]) -> [String: String] {
        attributes.merging(more) { _, new in new }
    }

    @Test func `the attributes of a binary event travel, as they came, and nothing else`() {
        let more = [
            "ce-subject": "a \"b\" 100%25", "ce-x1": "é\r\n", "ce-": "x", "ce-a-b": "x", "x-ce-a": "x", "ce-É": "x",
        ]
        #expect(
            Self.fields(Self.with(more)) == [
                "ce-specversion": "1.0", "ce-id": "A%2F1", "ce-source": "/shop", "ce-type": "made",
                "ce-subject": "a \"b\" 100%25", "ce-x1": "%C3%A9%0D%0A",
            ])
    }

    @Test func `other events carry none, whatever their sender wrote`() {
        #expect(Self.fields(Self.attributes, identity: "other").isEmpty)
        #expect(Self.fields(Self.with(["content-type": "application/cloudevents+json"])).isEmpty)
        for name in ["ce-specversion", "ce-id", "ce-source", "ce-type"] {
            #expect(Self.fields(Self.attributes.filter { $0.key != name }).isEmpty, "without \(name)")
        }
        for headers in ["", "[]", "{", #"{"ce-specversion": 1}"#] {
            #expect(CloudEventHeaders(of: Attempt.sample(headers: headers).lease.event).fields.isEmpty)
        }
    }

    @Test func `there is a bound on how many travel and how long they are`() {
        let many = Dictionary(uniqueKeysWithValues: (0..<CloudEventHeaders.most).map { ("ce-x\($0)", "y") })
        let travelling = Self.fields(Self.with(many))
        #expect(travelling.count == CloudEventHeaders.most && travelling["ce-type"] == "made")
        let inside = Self.fields(Self.with(["ce-long": String(repeating: "x", count: CloudEventHeaders.longest - 100)]))
        #expect(inside.count == 5)
        let outside = Self.fields(Self.with(["ce-long": String(repeating: "x", count: CloudEventHeaders.longest)]))
        #expect(outside.count == 4)
    }

    @Test(.timeLimit(.minutes(1))) func `data without a content type is given none`() async throws {
        try await SinkServer.run { server in
            let headers = #"{"ce-specversion":"1.0","ce-id":"1","ce-source":"/s","ce-type":"made"}"#
            _ = try await HTTPTransport.deliver(
                .sample(identity: "/s 1", payload: "{}", headers: headers), to: server.url("/"))
            let sent = try #require(server.requests.first).headers
            #expect(sent["ce-type"] == "made" && sent["content-type"] == nil)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `they are sent, and a destination's own header wins`() async throws {
        try await SinkServer.run { server in
            var destination = try HTTPDestination(url: server.url("/"), headers: [("CE-Type", "own")])
            destination.allowPrivate = true
            let headers =
                #"{"ce-specversion":"1.0","ce-id":"1","ce-source":"/s","ce-type":"made","content-type":"text/plain"}"#
            let transport = HTTPTransport(destination: destination)
            _ = await transport.deliver(.sample(identity: "/s 1", headers: headers))
            await transport.shutdown()
            let sent = try #require(server.requests.first).headers
            #expect(sent["ce-type"] == "own" && sent["ce-id"] == "1" && sent["content-type"] == "text/plain")
        }
    }
}
