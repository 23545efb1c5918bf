import LumbungCore
import LumbungTransport
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPTransportTests {
    @Test func `the request carries the payload byte for byte and says what it is`() async throws {
        try await SinkServer.run { server in
            let payload = "{\"uuid\":\"abc-123\" ,\r\n \"n\":1.0e0,\"s\":\"\\u00e9\u{e9}\"}"
            var destination = try HTTPDestination(
                url: server.url("/hooks?a=b"),
                headers: [("Authorization", "Bearer x y"), ("X-Own", "1"), ("X-Own", "2")])
            destination.allowPrivate = true
            destination.userAgent = "Lumbung/1.2.3"
            let transport = HTTPTransport(destination: destination)
            let outcome = await transport.deliver(.sample(tenant: "1293289", payload: payload, attempt: 3))
            await transport.shutdown()

            #expect(outcome == AttemptOutcome(kind: .delivered, statusCode: 200, response: Array("kk".utf8)))
            let request = try #require(server.requests.first)
            #expect(request.method == "POST")
            #expect(request.uri == "/hooks?a=b")
            #expect(request.body == Array(payload.utf8))
            let expected = [
                "host": "127.0.0.1:\(server.port)", "content-length": String(payload.utf8.count),
                "content-type": "application/json", "webhook-id": "abc-123", "webhook-timestamp": "1795382132",
                "lumbung-queue-id": "42", "lumbung-source": "accurate", "lumbung-type": "SALES_RECEIPT",
                "lumbung-tenant": "1293289", "lumbung-received-at": "2026-11-22T21:15:30.007Z",
                "lumbung-attempt": "3", "user-agent": "Lumbung/1.2.3", "authorization": "Bearer x y", "x-own": "1,2",
            ]
            #expect(request.headers == expected)
        }
    }

    @Test func `identity and type are percent-encoded where a header cannot carry them`() async throws {
        try await SinkServer.run { server in
            let attempt = Attempt.sample(identity: "toko 1%\u{e9}\r\nx: y", type: "")
            _ = try await HTTPTransport.deliver(attempt, to: server.url("/"))
            let headers = try #require(server.requests.first).headers
            #expect(headers["webhook-id"] == "toko%201%25%C3%A9%0D%0Ax:%20y")
            #expect(headers["lumbung-type"] == nil && headers["lumbung-tenant"] == nil)
            #expect(headers["x"] == nil)
        }
    }

    @Test func `a tenant is percent-encoded as well`() async throws {
        try await SinkServer.run { server in
            _ = try await HTTPTransport.deliver(.sample(tenant: "toko \u{e9}"), to: server.url("/"))
            #expect(server.requests.first?.headers["lumbung-tenant"] == "toko%20%C3%A9")
        }
    }

    @Test(arguments: [
        (
            #"{"content-type": "application/cloudevents+json; charset=utf-8"}"#,
            "application/cloudevents+json; charset=utf-8"
        ),
        (#"{"x": "y"}"#, "application/json"), (#"{"content-type": "a\r\nb: c"}"#, "application/json"),
        (#"{"content-type": ""}"#, "application/json"), ("", "application/json"), ("[", "application/json"),
    ])
    func `the content type is the received one`(headers: String, sent: String) async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(.sample(headers: headers), to: server.url("/"))
            #expect(outcome.kind == .delivered)
            #expect(server.requests.first?.headers["content-type"] == sent)
        }
    }

    @Test(
        arguments: [
            ("{}", "application/json"), (" \t\r\n[{}]", "application/json"), ("{ this is no JSON", "application/json"),
            ("a=1", nil), ("", nil), ("  ", nil), ("\"text\"", nil), ("\u{feff}{}", nil),
        ] as [(String, String?)])
    func `an event that came without a content type is called JSON only when it looks so`(
        payload: String, sent: String?
    ) async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(.sample(payload: payload), to: server.url("/"))
            #expect(outcome.kind == .delivered)
            #expect(server.requests.first?.headers["content-type"] == sent)
        }
    }

    @Test(arguments: [201, 204, 299])
    func `any 2xx is success`(status: Int) async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/status/\(status)"))
            #expect(outcome.kind == .delivered)
            #expect(outcome.statusCode == status)
        }
    }

    @Test(arguments: [400, 404, 410, 500, 503])
    func `any other status is a failure with its status`(status: Int) async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/status/\(status)"))
            #expect(outcome.kind == .status)
            #expect(outcome.statusCode == status)
            #expect(outcome.response == Array("kk".utf8))
            #expect(outcome.retryAfter == nil)
        }
    }

    @Test func `redirects are not followed`() async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/moved"))
            #expect(outcome.kind == .status)
            #expect(outcome.statusCode == 302)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [(429, true), (503, true), (500, false), (200, false)])
    func `a wait is reported on 429 and 503`(status: Int, counts: Bool) async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/status/\(status)/10"))
            #expect(outcome.retryAfter == (counts ? .seconds(10) : nil))
        }
    }

    @Test func `the response is kept up to its bound`() async throws {
        let bound = AttemptOutcome.keptResponseBytes
        try await SinkServer.run { server in
            for size in [0, bound - 1, bound, bound + 1, 10 * bound] {
                let outcome = try await HTTPTransport.deliver(to: server.url("/size/\(size)"))
                #expect(outcome.kind == .delivered)
                #expect(outcome.response.count == min(size, bound))
            }
        }
    }

    @Test func `an endless response is dropped`() async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/flood"))
            #expect(outcome.kind == .delivered)
            #expect(outcome.response.count == AttemptOutcome.keptResponseBytes)
        }
    }

    @Test func `the timeout covers a server that never answers`() async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/hang"), timeout: .milliseconds(150))
            #expect(outcome.kind == .timeout)
            #expect(outcome.statusCode == nil)
        }
    }

    @Test func `the timeout covers a body that drips`() async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/drip/200"), timeout: .seconds(3))
            #expect(outcome.detail == "not done within 3 seconds")
            #expect(outcome.kind == .timeout)
            #expect(outcome.statusCode == 200)
            #expect(!outcome.response.isEmpty)
        }
    }

    @Test func `a status that is no success stands even when its body drips`() async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/drip/410"), timeout: .seconds(1))
            #expect(outcome.kind == .status)
            #expect(outcome.statusCode == 410)
        }
    }

    @Test func `a reset connection`() async throws {
        try await SinkServer.run { server in
            #expect(try await HTTPTransport.deliver(to: server.url("/reset")).kind == .reset)
            let cut = try await HTTPTransport.deliver(to: server.url("/cut"))
            #expect(cut.kind == .reset)
            #expect(cut.statusCode == 200)
        }
    }

    @Test func `a closed port refuses at once`() async throws {
        let port = try ClosedPort()
        let outcome = try await HTTPTransport.deliver(to: "http://127.0.0.1:\(port.number)/")
        withExtendedLifetime(port) {}
        #expect(outcome.kind == .refused)
    }

    @Test func `a server that speaks no TLS`() async throws {
        try await SinkServer.run { server in
            let outcome = try await HTTPTransport.deliver(to: server.url("/", scheme: "https"))
            #expect(outcome.kind == .tls)
        }
    }

    @Test func `a cancelled attempt is interrupted`() async throws {
        try await SinkServer.run { server in
            let outcome = try await withThrowingTaskGroup(of: AttemptOutcome.self) { group in
                group.addTask { try await HTTPTransport.deliver(to: server.url("/hang")) }
                for await _ in server.arrivals { break }
                group.cancelAll()
                return try #require(try await group.next())
            }
            #expect(outcome.kind == .interrupted)
        }
    }

    @Test func `connections are used again and never more than allowed`() async throws {
        try await SinkServer.run { server in
            var destination = try HTTPDestination(url: server.url("/"))
            destination.allowPrivate = true
            destination.concurrency = 2
            let transport = HTTPTransport(destination: destination)
            await withTaskGroup(of: AttemptOutcome.self) { group in
                for _ in 0..<40 { group.addTask { await transport.deliver(.sample()) } }
                for await outcome in group { #expect(outcome.kind == .delivered) }
            }
            #expect(server.requests.count == 40)
            #expect(server.connections <= 3, "one more, for a test beside the attempts")
            await transport.shutdown()
            let late = await transport.deliver(.sample())
            #expect(late.kind == .interrupted)
        }
    }
}
