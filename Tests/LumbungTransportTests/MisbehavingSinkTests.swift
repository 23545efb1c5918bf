import LumbungCore
import LumbungTransport
import Testing

/// Destinations that answer badly: each attempt ends with the right outcome, in time, and leaves no connection.
@Suite(.timeLimit(.minutes(1))) struct MisbehavingSinkTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let steps: [WireSink.Step]
        let kind: AttemptOutcome.Kind
        var status: Int?
        var body = ""
        var detail = ""
        /// Long where the attempt must end before it.
        var timeout: Duration = .seconds(30)

        var testDescription: String { name }
    }

    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let closedEarly = "the connection was closed before the answer ended"

    @Test(arguments: [
        Case(name: "nothing ever", steps: [], kind: .timeout, timeout: short),
        Case(
            name: "a head that drips", steps: [.send(ok + "x: "), .drip("a")], kind: .timeout, timeout: short),
        Case(
            name: "interim answers that drip", steps: [.drip("HTTP/1.1 102 Processing\r\n\r\n")], kind: .timeout,
            timeout: short),
        Case(
            name: "a body that drips", steps: [.send(ok + "content-length: 1000\r\n\r\n"), .drip("a")],
            kind: .timeout, status: 200, body: "a", timeout: .milliseconds(1500)),
        Case(
            name: "a chunk extension without end", steps: [.send(ok + chunked + "1;a="), .flood(letters(65_536))],
            kind: .timeout, status: 200, timeout: .milliseconds(1500)),
    ])
    func `what does not end is ended by the timeout`(_ one: Case) async throws {
        try await check(one)
    }

    @Test(arguments: [
        Case(name: "close before a byte", steps: [.close], kind: .reset, detail: closedEarly),
        Case(name: "reset before a byte", steps: [.reset], kind: .reset, detail: "the connection was reset"),
        Case(name: "close in the head", steps: [.send(ok + "content-le"), .close], kind: .reset, detail: closedEarly),
        Case(name: "reset in the head", steps: [.send(ok + "content-le"), .reset], kind: .reset),
        Case(
            name: "close in the body", steps: [.send(ok + "content-length: 100\r\n\r\nab"), .close], kind: .reset,
            status: 200, body: "ab", detail: "answered 200, then: " + closedEarly),
        Case(
            name: "close in the chunks", steps: [.send(ok + chunked + "5\r\nhello\r\n"), .close], kind: .reset,
            status: 200, body: "hello", detail: "answered 200, then: " + closedEarly),
        Case(
            name: "a failure that is cut", steps: [.send("HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\nab"), .close],
            kind: .status, status: 500, body: "ab", detail: "answered 500"),
    ])
    func `what breaks off is no success`(_ one: Case) async throws {
        try await check(one)
    }

    @Test(arguments: [200, 500])
    func `a reset in the body is no success`(status: Int) async throws {
        let start = "HTTP/1.1 \(status) x\r\ncontent-length: 100\r\n\r\nab"
        try await WireSink.run(answering: .always([.send(start), .reset])) { sink in
            let outcome = try await HTTPTransport.deliver(to: sink.url())
            // The reset may overtake what came before it.
            #expect(outcome.kind == .reset || (outcome.kind == .status && outcome.statusCode == 500))
            #expect([nil, status].contains(outcome.statusCode))
            await sink.allClosed()
        }
    }

    @Test(arguments: [
        Case(name: "text", steps: [.send("220 mail.example ESMTP\r\n\r\n")], kind: .failed, detail: noHTTP),
        Case(name: "HTTP/0.9", steps: [.send("<html>ok</html>\n"), .close], kind: .failed, detail: noHTTP),
        Case(
            name: "HTTP/2's preface", steps: [.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")], kind: .failed, detail: noHTTP),
        Case(name: "HTTP/2 frames", steps: [.bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])], kind: .failed, detail: noHTTP),
        Case(name: "HTTP/2 in words", steps: [.send("HTTP/2.0 200 OK\r\n\r\n")], kind: .failed, detail: noHTTP),
        Case(name: "TLS", steps: [.bytes([0x15, 3, 3, 0, 2, 2, 10])], kind: .failed, detail: noHTTP),
        Case(name: "no status", steps: [.send("HTTP/1.1 \r\n\r\n")], kind: .failed, detail: noHTTP),
        // AsyncHTTPClient takes these for interim answers, and traps at their end.
        Case(
            name: "status 0", steps: [.send("HTTP/1.1 000 X\r\ncontent-length: 0\r\n\r\n")], kind: .failed,
            detail: noHTTP),
        Case(
            name: "status 99", steps: [.send("HTTP/1.1 099 X\r\ncontent-length: 2\r\n\r\nok")], kind: .failed,
            detail: noHTTP),
        Case(
            name: "status 1 after an interim answer",
            steps: [.send("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 001 X\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")],
            kind: .failed, detail: noHTTP),
        Case(
            name: "two lengths", steps: [.send(ok + "content-length: 2\r\ncontent-length: 3\r\n\r\nabc")],
            kind: .failed, detail: noHTTP),
        Case(name: "a length below zero", steps: [.send(ok + "content-length: -1\r\n\r\n")], kind: .failed),
        Case(
            name: "a chunk without a length", steps: [.send(ok + chunked + "zz\r\n")], kind: .failed, status: 200,
            detail: "answered 200, then: the answer is no valid HTTP"),
        Case(
            name: "another protocol", steps: [.send("HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n"), .close],
            kind: .status, status: 101, detail: "answered 101"),
    ])
    func `what is no answer is no success`(_ one: Case) async throws {
        try await check(one)
    }

    @Test(arguments: [
        Case(
            name: "HTTP/1.0 with a length", steps: [.send("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok")],
            kind: .delivered, status: 200, body: "ok"),
        Case(
            name: "HTTP/1.0 until the end", steps: [.send("HTTP/1.0 200 OK\r\n\r\nok"), .close], kind: .delivered,
            status: 200, body: "ok"),
        Case(
            name: "interim answers first",
            steps: [
                .send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"),
                .send("HTTP/1.1 204 No Content\r\n\r\n"),
            ], kind: .delivered, status: 204),
        Case(
            name: "more than it says", steps: [.send(ok + "content-length: 2\r\n\r\nokmore")], kind: .delivered,
            status: 200, body: "ok"),
        Case(
            name: "a body where none is", steps: [.send("HTTP/1.1 204 No Content\r\n\r\nmore")], kind: .delivered,
            status: 204),
        Case(
            name: "trailers", steps: [.send(ok + chunked + "2\r\nok\r\n0\r\na: b\r\n\r\n")], kind: .delivered,
            status: 200, body: "ok"),
    ])
    func `what is unusual and still an answer counts`(_ one: Case) async throws {
        try await check(one)
    }

    @Test(arguments: [
        Case(
            name: "a length of 10 GB",
            steps: [.send(ok + "content-length: 10737418240\r\n\r\n"), .flood(letters(65_536))],
            kind: .delivered),
        Case(
            name: "chunks without end", steps: [.send(ok + chunked), .flood("10000\r\n" + letters(65_536) + "\r\n")],
            kind: .delivered),
        Case(name: "no end at all", steps: [.send(ok + "\r\n"), .flood(letters(65_536))], kind: .delivered),
    ])
    func `an answer without end costs no memory and no time`(_ one: Case) async throws {
        try await WireSink.run(answering: .always(one.steps)) { sink in
            let outcome = try await HTTPTransport.deliver(to: sink.url(), timeout: .seconds(30))
            #expect(outcome.kind == .delivered)
            #expect(outcome.response.count == AttemptOutcome.keptResponseBytes)
            await sink.allClosed()
            // What the kernel's buffers on both sides hold; nothing of it is kept here.
            #expect(sink.bytesTaken < 32 * 1_048_576, "\(sink.bytesTaken) bytes were taken")
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308], ["/", "http://169.254.169.254/latest/meta-data/", "//[::1]:1/", ""])
    func `a redirect is a failure, wherever it leads`(status: Int, location: String) async throws {
        let head = "HTTP/1.1 \(status) Moved\r\ncontent-length: 0\r\nlocation: \(location)\r\n\r\n"
        try await WireSink.run(answering: .always([.send(head)])) { sink in
            let outcome = try await HTTPTransport.deliver(to: sink.url())
            #expect(outcome == AttemptOutcome(kind: .status, statusCode: status, detail: "answered \(status)"))
            #expect(sink.requests.count == 1)
            await sink.allClosed()
        }
    }

    @Test func `a TLS handshake that hangs is told as one that may have`() async throws {
        try await WireSink.run(answering: .always([])) { sink in
            let url = "https://127.0.0.1:\(try #require(Int(sink.url("").split(separator: ":")[2])))/"
            let outcome = try await HTTPTransport.deliver(to: url)
            #expect(outcome.kind == .timeout && outcome.detail.contains("TLS"), "\(outcome.detail)")
            await sink.allClosed()
        }
    }

    private static let chunked = "transfer-encoding: chunked\r\n\r\n"
    private static let noHTTP = "the answer is no valid HTTP"
    private static let short: Duration = .milliseconds(300)

    private static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

    private func check(_ one: Case) async throws {
        try await WireSink.run(answering: .always(one.steps)) { sink in
            let outcome = try await HTTPTransport.deliver(to: sink.url(), timeout: one.timeout)
            #expect(outcome.kind == one.kind, "\(outcome.detail)")
            #expect(outcome.statusCode == one.status)
            #expect(outcome.response.starts(with: one.body.utf8))
            #expect(outcome.detail.hasPrefix(one.detail), "\(outcome.detail)")
            #expect(outcome.detail.isEmpty == (one.kind == .delivered))
            #expect(sink.requests.count == 1)
            await sink.allClosed()
        }
    }
}
