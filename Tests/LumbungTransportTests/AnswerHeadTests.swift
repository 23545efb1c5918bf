import LumbungCore
import LumbungTransport
import Testing

/// What a destination sends before the body of its answer has a bound: 64 KiB of header fields, 256 fields a head.
@Suite(.timeLimit(.minutes(1))) struct AnswerHeadTests {
    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let end = "content-length: 0\r\n\r\n"
    /// What the two lines above count as: the field's name, its value, and four bytes.
    private static let endBytes = 19

    @Test(arguments: [-1, 0, 1])
    func `a head may have 64 KiB of fields`(difference: Int) async throws {
        let value = String(repeating: "v", count: 65_536 - Self.endBytes - 5 + difference)
        let outcome = try await deliver([.send(Self.ok + "a: \(value)\r\n" + Self.end)])
        try check(outcome, isAccepted: difference <= 0)
    }

    @Test(arguments: [-1, 0, 1])
    func `interim answers count towards the 64 KiB`(difference: Int) async throws {
        let interim = "HTTP/1.1 103 Early Hints\r\na: " + String(repeating: "v", count: 6_548) + "\r\n\r\n"
        let rest = String(repeating: "v", count: 65_536 - 9 * 6_553 - Self.endBytes - 5 + difference)
        let head = Self.ok + "a: \(rest)\r\n" + Self.end
        let outcome = try await deliver([.send(String(repeating: interim, count: 9) + head)])
        try check(outcome, isAccepted: difference <= 0)
    }

    @Test(arguments: [255, 256, 257])
    func `a head may have 256 fields`(count: Int) async throws {
        let outcome = try await deliver([.send(Self.ok + String(repeating: "a: b\r\n", count: count - 1) + Self.end)])
        try check(outcome, isAccepted: count <= 256)
    }

    struct Endless: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String

        init(_ name: String, _ text: String) {
            testDescription = name
            self.text = text
        }
    }

    @Test(arguments: [
        Endless("a megabyte of fields", "HTTP/1.1 200 OK\r\n" + String(repeating: "a: \(letters)\r\n", count: 250)),
        Endless("a megabyte of one field", "HTTP/1.1 200 OK\r\na: " + String(repeating: letters, count: 250)),
        Endless("a name of a megabyte", "HTTP/1.1 200 OK\r\n" + String(repeating: letters, count: 250)),
        Endless("a reason of a megabyte", "HTTP/1.1 200 " + String(repeating: letters, count: 250)),
        Endless("a megabyte of empty lines", String(repeating: "\r\n", count: 500_000)),
        Endless("interim answers", String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 40_000)),
    ])
    func `a head without end is refused before it costs anything`(_ one: Endless) async throws {
        try await WireSink.run(answering: .always([.flood(one.text)])) { sink in
            let outcome = try await HTTPTransport.deliver(to: sink.url(), timeout: .seconds(30))
            #expect(outcome.kind == .tooLarge, "\(outcome.detail)")
            #expect(outcome.statusCode == nil)
            #expect(outcome.detail.contains(" the answer "), "\(outcome.detail)")
            await sink.allClosed()
            #expect(sink.bytesTaken < 32 * 1_048_576, "\(sink.bytesTaken) bytes were taken")
        }
    }

    @Test func `trailers without end are refused too, and the status stands`() async throws {
        let trailers = String(repeating: "a: \(Self.letters)\r\n", count: 16)
        let outcome = try await deliver([
            .send(Self.ok + "transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"), .flood(trailers),
        ])
        #expect(outcome.kind == .tooLarge)
        #expect(outcome.statusCode == 200)
        #expect(outcome.detail.hasPrefix("answered 200, then: "), "\(outcome.detail)")
    }

    @Test func `the bound is one for each attempt, not for the connection`() async throws {
        let head = Self.ok + "a: \(String(repeating: "v", count: 60_000))\r\n" + Self.end
        try await WireSink.run(answering: .always([.send(head)])) { sink in
            var destination = try HTTPDestination(url: sink.url())
            destination.allowPrivate = true
            let transport = HTTPTransport(destination: destination)
            for _ in 0..<3 { #expect(await transport.deliver(.sample()).kind == .delivered) }
            #expect(sink.connections == 1)
            await transport.shutdown()
        }
    }

    private static let letters = String(repeating: "a", count: 4_000)

    private func deliver(_ steps: [WireSink.Step]) async throws -> AttemptOutcome {
        try await WireSink.run(answering: .always(steps)) { sink in
            let outcome = try await HTTPTransport.deliver(to: sink.url(), timeout: .seconds(30))
            await sink.allClosed()
            return outcome
        }
    }

    private func check(_ outcome: AttemptOutcome, isAccepted: Bool) throws {
        #expect(outcome.kind == (isAccepted ? .delivered : .tooLarge), "\(outcome.detail)")
        #expect(outcome.detail.isEmpty == isAccepted)
    }
}
