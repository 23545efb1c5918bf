import LumbungCore
import LumbungKit
import NIOCore
import NIOEmbedded
import Testing

@testable import LumbungHTTP

@Suite struct IngestPipelineTests {
    static func queued(_ uuid: String, _ id: Int) -> String {
        #"{"status":"queued","received":1,"queued":1,"duplicates":0,"conflicts":0,"revived":0,"queue_ids":[\#(id)],"#
            + #""events":[{"uuid":"\#(uuid)","queue_id":\#(id),"status":"queued"}]}"#
    }

    static func ok(_ body: String) -> String {
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func `an event is stored, answered and logged`() throws {
        let wire = try EmbeddedWire()
        try wire.send(EmbeddedWire.post(#"{"uuid":"a"}"#, to: "/webhook/accurate?token=secret"))
        #expect(try wire.received() == Self.ok(Self.queued("a", 1)))
        #expect(wire.store.payloads == [#"{"uuid":"a"}"#])
        #expect(wire.log.all == ["accepted queued POST /webhook/accurate accurate 12"])
        #expect(wire.isOpen)
    }

    @Test func `nothing is answered before the commit`() throws {
        let wire = try EmbeddedWire()
        wire.store.hold()
        try wire.send(EmbeddedWire.post(#"{"uuid":"a"}"#))
        wire.pass(.minutes(5))
        #expect(try wire.received() == "")
        wire.store.release()
        #expect(try wire.statuses() == [200])
    }

    @Test func `a request whose head has come finishes although its source is taken away`() throws {
        let wire = try EmbeddedWire()
        let request = EmbeddedWire.post(#"{"uuid":"a"}"#)
        try wire.send(String(request.dropLast(3)))
        wire.intake.replace(sources: [])
        try wire.send(String(request.suffix(3)))
        #expect(try wire.statuses() == [200])
        try wire.send(request)
        #expect(try wire.statuses() == [404])
        wire.intake.replace(sources: [(Source(name: "accurate"), RouteTable(always: []))])
        #expect(wire.store.payloads == [#"{"uuid":"a"}"#])
    }

    @Test(arguments: [" ", "\t", "  \t "])
    func `blanks around a header's value are no part of it`(_ blanks: String) throws {
        let source = Source(name: "accurate", identity: [.header("X-Id")])
        let wire = try EmbeddedWire(sources: [source])
        let body = #"{"n":1}"#
        for fields in [["X-Id: abc"], ["X-Id: abc\(blanks)"]] {
            let lines = ["Host: x", "Content-Length: \(body.utf8.count)"] + fields
            try wire.send(EmbeddedWire.head(lines) + body)
        }
        #expect(try wire.statuses() == [200, 200])
        #expect(wire.store.events.map(\.identity) == ["abc"], "the second is a duplicate of the first")
    }

    @Test func `an identity in a header that is not UTF-8 is refused`() throws {
        let wire = try EmbeddedWire(sources: [Source(name: "accurate", identity: [.header("X-Id")])])
        let head = EmbeddedWire.head(["Host: x", "Content-Length: 7", "X-Id: caf#"])
        try wire.send(Array((head + #"{"n":1}"#).utf8).map { $0 == UInt8(ascii: "#") ? 0xE9 : $0 })
        let answer = try wire.received()
        #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("the identity in the header X-Id is not UTF-8"))
        #expect(wire.store.events.isEmpty)
    }

    @Test func `a body beyond the memory for all bodies is told 503, and its memory comes back`() throws {
        var limits = IngestLimits()
        limits.maxBufferedBytes = 20
        let wire = try EmbeddedWire(limits)
        try wire.send(EmbeddedWire.post(#"{"uuid":"exact-------"}"#.replacing("-------", with: "-----")))
        #expect(try wire.statuses() == [503])
        #expect(!wire.isOpen)
        let again = try EmbeddedWire(limits, store: wire.store)
        for _ in 0..<3 { try again.send(EmbeddedWire.post(#"{"uuid":"fits-------"}"#.replacing("-------", with: "-"))) }
        #expect(try again.statuses() == [200, 200, 200])
    }

    @Test func `a piece that is too large is told 413 also when there is no memory for it`() throws {
        var limits = IngestLimits()
        limits.maxBufferedBytes = 20
        limits.maxBodyBytes = 10
        let wire = try EmbeddedWire(limits)
        try wire.send(EmbeddedWire.head(["Host: x", "Transfer-Encoding: chunked"]))
        try wire.send("1e\r\n" + String(repeating: "x", count: 30) + "\r\n0\r\n\r\n")
        #expect(try wire.statuses() == [413])
    }

    @Test func `a body that was sent encoded is refused with the reason`() throws {
        let wire = try EmbeddedWire()
        try wire.send(EmbeddedWire.post("\u{1F}x", extra: ["Content-Encoding: gzip"]))
        #expect(try wire.received().contains("the body has a Content-Encoding, which is not decoded here"))
    }

    @Test func `the bytes may come one at a time`() throws {
        let wire = try EmbeddedWire()
        for byte in EmbeddedWire.post(#"{"uuid":"slow"}"#).utf8 { try wire.send([byte]) }
        #expect(try wire.received() == Self.ok(Self.queued("slow", 1)))
    }

    @Test(arguments: [1, 2, 3, 7, 12])
    func `a chunked body in odd pieces`(_ size: Int) throws {
        let wire = try EmbeddedWire()
        let body = Array(#"{"uuid":"c","x":[1,2]}"#.utf8)
        try wire.send(EmbeddedWire.head(["Host: x", "Transfer-Encoding: Chunked"]))
        for start in stride(from: 0, to: body.count, by: size) {
            let piece = body[start..<min(start + size, body.count)]
            try wire.send(Array((String(piece.count, radix: 16) + ";note=1\r\n").utf8) + piece + Array("\r\n".utf8))
        }
        try wire.send("0\r\nX-Trailer: 1\r\n\r\n")
        #expect(try wire.received() == Self.ok(Self.queued("c", 1)))
        #expect(wire.store.events.first?.payload == body)
        #expect(wire.isOpen)
    }

    @Test func `health, readiness and HEAD`() throws {
        let wire = try EmbeddedWire()
        try wire.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try wire.received() == Self.ok(#"{"status":"ok"}"#))
        try wire.send("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try wire.received() == Self.ok(#"{"status":"ready"}"#))
        try wire.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(
            try wire.received()
                == "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n")
        #expect(wire.isOpen)
    }

    @Test func `refusals without a body keep the connection`() throws {
        let wire = try EmbeddedWire()
        try wire.send("GET /webhook/accurate HTTP/1.1\r\nHost: x\r\n\r\n")
        let answer = try wire.received()
        #expect(answer.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\ncontent-type: application/problem+json\r\n"))
        #expect(answer.contains("\r\nallow: POST\r\n"))
        try wire.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try wire.statuses() == [404])
        try wire.send(EmbeddedWire.post(#"{"uuid":"a"}"#))
        #expect(try wire.statuses() == [200])
        #expect(wire.store.rejections.isEmpty)
    }

    @Test func `a refusal with a body to come ends the connection`() throws {
        for request in [EmbeddedWire.post("{}", to: "/webhook/none"), EmbeddedWire.post("{}", to: "/healthz")] {
            let wire = try EmbeddedWire()
            try wire.send(request)
            let answer = try wire.received()
            #expect(answer.contains("\r\nconnection: close\r\n"))
            #expect(!wire.isOpen)
            #expect(wire.store.rejections.isEmpty)
        }
    }

    @Test func `what the intake refuses is told`() throws {
        let wire = try EmbeddedWire()
        try wire.send(EmbeddedWire.post("{bad}"))
        #expect(try wire.statuses() == [400])
        #expect(wire.store.rejections.map(\.status) == [400])
        wire.store.fail(with: .diskFull)
        try wire.send(EmbeddedWire.post(#"{"uuid":"a"}"#))
        #expect(try wire.received().contains("\r\nretry-after: 30\r\n"))
        #expect(wire.log.all.map { $0.prefix(11) } == ["refused 400", "refused 503"])
        #expect(wire.isOpen)
    }

    @Test(arguments: [(-1, 200), (0, 200), (1, 413)])
    func `the limit of a body`(_ extra: Int, _ status: Int) throws {
        var limits = IngestLimits()
        limits.maxBodyBytes = 64
        let body = #"{"uuid":"a","x":""# + String(repeating: "x", count: 64 + extra - 19) + #""}"#
        try #require(body.utf8.count == 64 + extra)
        let whole = try EmbeddedWire(limits)
        try whole.send(EmbeddedWire.post(body))
        #expect(try whole.statuses() == [status])
        let chunked = try EmbeddedWire(limits)
        try chunked.send(EmbeddedWire.head(["Host: x", "Transfer-Encoding: chunked"]))
        try chunked.send("\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
        #expect(try chunked.statuses() == [status])
        #expect(chunked.isOpen == (status == 200))
        #expect(chunked.store.events.count == (status == 200 ? 1 : 0))
        #expect(chunked.store.rejections.map(\.status) == (status == 200 ? [] : [413]))
    }

    @Test func `a body that is too large is told at once and kept in part`() throws {
        let wire = try EmbeddedWire()
        try wire.send(EmbeddedWire.head(["Host: x", "Content-Length: 99999999999"]))
        #expect(try wire.statuses() == [413])
        #expect(!wire.isOpen)
        let chunked = try EmbeddedWire()
        try chunked.send(EmbeddedWire.head(["Host: x", "Transfer-Encoding: chunked"]) + "200000\r\n")
        for _ in 0..<33 { try chunked.send(String(repeating: "y", count: 32_768)) }
        #expect(try chunked.statuses() == [413])
        #expect(chunked.store.rejections.map(\.bodyPrefix.count) == [4096])
        #expect(chunked.store.rejections.map(\.source) == ["accurate"])
    }

    @Test(arguments: [(99, 200), (100, 200), (101, 431)])
    func `the limit of header fields`(_ fields: Int, _ status: Int) throws {
        let wire = try EmbeddedWire()
        let extra = (0..<(fields - 2)).map { "X-\($0): 1" }
        try wire.send(EmbeddedWire.post(#"{"uuid":"a"}"#, extra: extra))
        #expect(try wire.statuses() == [status])
    }

    @Test(arguments: [(-1, 200), (0, 200), (1, 431)])
    func `the limit of header bytes`(_ extra: Int, _ status: Int) throws {
        // The path, the names and the values are counted, not the marks between them.
        let rest = "/webhook/accurate".utf8.count + "Hostlocalhost".utf8.count + "Content-Length12".utf8.count + 1
        let wire = try EmbeddedWire()
        let value = String(repeating: "v", count: 16_384 + extra - rest)
        try wire.send(EmbeddedWire.post(#"{"uuid":"a"}"#, extra: ["X: " + value]))
        #expect(try wire.statuses() == [status])
    }

    @Test func `pipelined requests are answered in order, one at a time`() throws {
        let wire = try EmbeddedWire()
        wire.store.hold()
        let requests = (1...50).map { EmbeddedWire.post(#"{"uuid":"p\#($0)"}"#) }
        try wire.send(requests.joined())
        #expect(wire.store.heldCount == 1)
        wire.store.release()
        #expect(try wire.received() == (1...50).map { Self.ok(Self.queued("p\($0)", $0)) }.joined())
    }

    @Test func `answers keep the order of good and bad requests`() throws {
        let wire = try EmbeddedWire()
        wire.store.hold()
        let good = EmbeddedWire.post(#"{"uuid":"a"}"#)
        try wire.send(
            good + EmbeddedWire.post("bad") + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + good + "BAD\r\n\r\n" + good)
        #expect(try wire.statuses() == [])
        wire.store.release()
        #expect(try wire.statuses() == [200, 400, 200, 200, 400])
        #expect(!wire.isOpen)
    }

    @Test(arguments: [(100, [200, 200]), (101, [200, 200, 400])])
    func `the limit of requests sent ahead`(_ ahead: Int, _ ends: [Int]) throws {
        let wire = try EmbeddedWire()
        wire.store.hold()
        let request = EmbeddedWire.post(#"{"uuid":"a"}"#)
        try wire.send(String(repeating: request, count: ahead + 1))
        wire.store.release()
        let statuses = try wire.statuses()
        #expect(statuses.count == 101 + (ends.count - 2))
        #expect(statuses.suffix(ends.count) == ends[...])
    }

    @Test func `nothing more is read while requests wait`() throws {
        let wire = try EmbeddedWire()
        wire.store.hold()
        let request = EmbeddedWire.post(#"{"uuid":"a"}"#)
        wire.channel.pipeline.read()
        let before = wire.readCount
        try wire.send(request)
        wire.channel.pipeline.read()
        #expect(wire.readCount == before + 1)
        try wire.send(request)
        wire.channel.pipeline.read()
        #expect(wire.readCount == before + 1)
        wire.store.release()
        #expect(try wire.statuses() == [200, 200])
        #expect(wire.readCount == before + 2)
    }

    @Test func `100 Continue`() throws {
        let wire = try EmbeddedWire()
        try wire.send(EmbeddedWire.head(["Host: x", "Content-Length: 12", "Expect: 100-continue"]))
        #expect(try wire.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        try wire.send(#"{"uuid":"e"}"#)
        #expect(try wire.statuses() == [200])
        try wire.send(EmbeddedWire.head(["Host: x", "Content-Length: 9999999", "Expect: 100-continue"]))
        #expect(try wire.statuses() == [413])
        let other = try EmbeddedWire()
        try other.send(EmbeddedWire.head(["Host: x", "Content-Length: 12", "Expect: more"]))
        #expect(try other.statuses() == [417])
    }

    @Test func `the end of the connection`() throws {
        let closing = try EmbeddedWire()
        try closing.send(EmbeddedWire.post(#"{"uuid":"a"}"#, extra: ["Connection: close"]))
        #expect(try closing.received().contains("\r\nconnection: close\r\n"))
        #expect(!closing.isOpen)
        let old = try EmbeddedWire()
        try old.send(EmbeddedWire.post(#"{"uuid":"a"}"#, version: "1.0"))
        #expect(try old.statuses() == [200])
        #expect(!old.isOpen)
        let upgrading = try EmbeddedWire()
        try upgrading.send(EmbeddedWire.post(#"{"uuid":"a"}"#, extra: ["Connection: Upgrade", "Upgrade: websocket"]))
        #expect(try upgrading.statuses() == [200])
        #expect(!upgrading.isOpen)
    }

    @Test func `a half-closed connection is answered`() throws {
        let wire = try EmbeddedWire()
        wire.store.hold()
        try wire.send(EmbeddedWire.post(#"{"uuid":"a"}"#))
        wire.halfClose()
        #expect(wire.isOpen)
        wire.store.release()
        #expect(try wire.statuses() == [200])
        #expect(!wire.isOpen)
    }

    @Test func `a body cut short stores nothing`() throws {
        let wire = try EmbeddedWire()
        try wire.send(EmbeddedWire.head(["Host: x", "Content-Length: 20"]) + #"{"uuid":"a"}"#)
        wire.halfClose()
        #expect(try wire.statuses() == [400])
        #expect(wire.store.events.isEmpty)
        #expect(wire.store.rejections.map(\.bodyPrefix) == [Array(#"{"uuid":"a"}"#.utf8)])
    }

    @Test func `a sender that is gone gets no reply, and the log still tells`() throws {
        let wire = try EmbeddedWire()
        wire.store.hold()
        try wire.send(EmbeddedWire.post(#"{"uuid":"a"}"#))
        try wire.channel.close().wait()
        wire.loop.run()
        #expect(wire.shared?.connectionCount == 1)
        wire.store.release()
        wire.loop.run()
        #expect(wire.shared?.connectionCount == 0)
        #expect(wire.log.all == ["accepted queued POST /webhook/accurate accurate 12"])
    }

    @Test func `a stop closes what is idle and finishes what runs`() throws {
        let idle = try EmbeddedWire()
        idle.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(!idle.isOpen)
        let running = try EmbeddedWire()
        running.store.hold()
        try running.send(EmbeddedWire.post(#"{"uuid":"a"}"#))
        running.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(running.isOpen)
        running.store.release()
        #expect(try running.received().contains("\r\nconnection: close\r\n"))
        #expect(!running.isOpen)
    }
}
