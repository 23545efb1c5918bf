import LumbungCore
import LumbungTransport
import NIOPosix
import Testing

/// Several attempts at one destination: no connection's fate is taken for an attempt's success.
@Suite(.timeLimit(.minutes(1))) struct ConnectionReuseTests {
    private static let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    private static let failure = "HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno"

    @Test func `a destination that fails a few times is delivered to afterwards`() async throws {
        let script = WireSink.Script { $0 < 3 ? [.send(Self.failure)] : [.send(Self.ok)] }
        try await attempts(4, answering: script) { outcomes, sink in
            #expect(outcomes.map(\.kind) == [.status, .status, .status, .delivered])
            #expect(sink.connections == 1)
        }
    }

    @Test func `an attempt counts as delivered exactly when it came, though connections are closed`() async throws {
        let script = WireSink.Script.always([.send(Self.ok), .end])
        try await attempts(20, answering: script, waitingForCloses: true) { outcomes, sink in
            // One that meets a connection whose end is not noticed yet is a reset, and so tried again.
            #expect(outcomes.allSatisfy { $0.kind == .delivered || $0.kind == .reset })
            #expect(sink.requests.count == outcomes.count { $0.kind == .delivered })
            #expect(sink.connections == sink.requests.count)
            #expect(outcomes.first?.kind == .delivered)
        }
    }

    @Test(arguments: [[WireSink.Step.close], [.reset]])
    func `a connection that is closed when the next request comes is no success and no loss`(
        _ end: [WireSink.Step]
    ) async throws {
        let script = WireSink.Script { $0 == 1 ? end : [.send(Self.ok)] }
        try await attempts(3, answering: script) { outcomes, sink in
            #expect(outcomes.map(\.kind) == [.delivered, .reset, .delivered])
            #expect(sink.connections == 2)
        }
    }

    @Test(arguments: [
        ok, "HTTP/1.1 100 Continue\r\n\r\n", "junk", "\r\n" + ok, ok + ok + ok,
    ])
    func `what follows an answer is never taken for the next one`(_ rest: String) async throws {
        let script = WireSink.Script { [.send($0 == 0 ? Self.ok + rest : Self.failure)] }
        try await attempts(3, answering: script) { outcomes, sink in
            #expect(outcomes.first?.kind == .delivered)
            // The second may still meet the connection, which is then closed under it.
            #expect([.status, .reset].contains(outcomes[1].kind))
            #expect(outcomes[1].statusCode != 200)
            #expect(outcomes[2].statusCode == 500)
            #expect(sink.connections == 2)
        }
    }

    @Test func `an answer before the request is whole counts when it is no success`() async throws {
        let refusal = "HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno"
        var attempt = Attempt.sample()
        attempt.lease.event.payload = sampleBytes(5_000_000)
        let large = attempt
        try await WireSink.run(uponHead: [.send(refusal)]) { sink in
            let outcome = try await HTTPTransport.deliver(large, to: sink.url())
            #expect(outcome.kind == .status, "\(outcome.detail)")
            #expect(outcome.statusCode == 413)
            await sink.allClosed()
        }
    }

    @Test func `a destination that accepts nothing is given up in time`() async throws {
        let backlog = try FullBacklog()
        let outcome = try await HTTPTransport.deliver(
            to: "http://127.0.0.1:\(backlog.port)/", timeout: .milliseconds(300))
        withExtendedLifetime(backlog) {}
        #expect(outcome.kind == .timeout, "\(outcome.detail)")
        #expect(outcome.statusCode == nil)
        #expect(!outcome.detail.isEmpty)
    }

    @Test(
        arguments: [
            ("retry-after: 7\r\nretry-after: 20\r\n", 20), ("retry-after: 20\r\nretry-after: 7\r\n", 20),
            ("retry-after: soon\r\nRetry-After: 7\r\n", 7), ("retry-after: 0\r\n", 0), ("retry-after: -5\r\n", nil),
            ("retry-after: 1.5\r\n", nil), ("retry-after: 7, 20\r\n", nil), ("retry-after:\r\n", nil), ("", nil),
            ("retry-after: 99999999999999999999\r\n", 31_536_000),
            ("retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 0),
            ("retry-after: Fri, 31 Dec 9999 23:59:59 GMT\r\n", 31_536_000),
        ] as [(String, Int?)], [429, 503])
    func `of several waits that are asked for the longest counts`(_ one: (String, Int?), status: Int) async throws {
        let head = "HTTP/1.1 \(status) Later\r\ncontent-length: 0\r\n\(one.0)\r\n"
        try await attempts(1, answering: .always([.send(head)])) { outcomes, _ in
            #expect(outcomes.first?.retryAfter == one.1.map { .seconds($0) })
            #expect(outcomes.first?.statusCode == status)
        }
    }

    /// Makes attempts one after the other with one transport, and checks that no connection is left afterwards.
    private func attempts(
        _ count: Int,
        answering script: WireSink.Script,
        waitingForCloses: Bool = false,
        _ check: ([AttemptOutcome], WireSink) throws -> Void
    ) async throws {
        try await WireSink.run(answering: script) { sink in
            var destination = try HTTPDestination(url: sink.url())
            destination.allowPrivate = true
            // On one loop: between two, an answer may overtake the end of its request, and after one that is no success the
            // client then closes the connection.
            let transport = HTTPTransport(
                destination: destination, eventLoopGroup: MultiThreadedEventLoopGroup.singleton.any())
            var outcomes: [AttemptOutcome] = []
            for _ in 0..<count {
                outcomes.append(await transport.deliver(.sample()))
                if waitingForCloses { await sink.allClosed() }
            }
            await transport.shutdown()
            await sink.allClosed()
            try check(outcomes, sink)
        }
    }
}
