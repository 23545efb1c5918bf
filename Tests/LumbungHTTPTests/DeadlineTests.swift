import LumbungCore
import NIOCore
import NIOEmbedded
import Testing

@testable import LumbungHTTP

@Suite struct DeadlineTests {
    @Test func `an idle connection ends without a word`() throws {
        for wire in [try EmbeddedWire(), try EmbeddedWire().send(EmbeddedWire.post(#"{"uuid":"a"}"#))] {
            _ = try wire.received()
            wire.pass(.seconds(14))
            #expect(wire.isOpen)
            wire.pass(.seconds(2))
            #expect(!wire.isOpen)
            #expect(try wire.received() == "")
        }
    }

    @Test func `a slow head is told 408`() throws {
        let wire = try EmbeddedWire()
        try wire.send("POST /webhook/accurate HTTP/1.1\r\nHo")
        for _ in 0..<9 {
            wire.pass(.seconds(1))
            try wire.send("s")
        }
        #expect(try wire.statuses() == [])
        wire.pass(.seconds(2))
        #expect(try wire.statuses() == [408])
        #expect(!wire.isOpen)
        #expect(wire.log.all == ["refused 408 - - - -"])
    }

    @Test func `a slow body is told 408 however it drips`() throws {
        let wire = try EmbeddedWire()
        try wire.send(EmbeddedWire.head(["Host: x", "Content-Length: 1000"]))
        for _ in 0..<29 {
            wire.pass(.seconds(1))
            try wire.send(" ")
        }
        #expect(try wire.statuses() == [])
        wire.pass(.seconds(2))
        #expect(try wire.statuses() == [408])
        #expect(wire.store.rejections.map(\.bodyPrefix.count) == [29])
        #expect(wire.store.events.isEmpty)
    }

    @Test func `a body may take its time within the limit`() throws {
        let wire = try EmbeddedWire()
        try wire.send(EmbeddedWire.head(["Host: x", "Content-Length: 12"]))
        wire.pass(.seconds(29))
        try wire.send(#"{"uuid":"a"}"#)
        #expect(try wire.statuses() == [200])
    }

    @Test func `a body that is slow while the server stops is told 503`() throws {
        let wire = try EmbeddedWire()
        try wire.send(EmbeddedWire.head(["Host: x", "Content-Length: 12"]))
        wire.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        wire.pass(.seconds(4))
        #expect(wire.isOpen)
        wire.pass(.seconds(2))
        #expect(try wire.statuses() == [503])
    }

    @Test func `an event loop without connections has no timer`() throws {
        let wire = try EmbeddedWire()
        #expect(wire.shared?.isSweeping == true)
        try wire.channel.close().wait()
        wire.pass(.seconds(2))
        #expect(wire.shared?.connectionCount == 0)
        #expect(wire.shared?.isSweeping == false)
    }
}
