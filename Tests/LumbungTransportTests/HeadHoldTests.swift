import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import LumbungTransport

@Suite struct HeadHoldTests {
    /// The flushed writes of a connection, after each part that is written and flushed.
    private func flushed(_ parts: [HTTPClientRequestPart]) throws -> [[String]] {
        let channel = EmbeddedChannel()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([
            HTTPRequestEncoder(), ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)),
        ])
        try HeadHold.holdHeads(of: channel)
        return try parts.map { part in
            channel.writeAndFlush(part, promise: nil)
            var taken: [String] = []
            while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
                if buffer.readableBytes > 0 { taken.append(String(buffer: buffer)) }
            }
            return taken
        }
    }

    @Test func `the head leaves with the body and not before`() throws {
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["content-length": "2"])
        let flushed = try flushed([.head(head), .body(.byteBuffer(ByteBuffer(string: "ab"))), .end(nil), .head(head)])
        let text = "POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n"
        #expect(flushed == [[], [text, "ab"], [], []])
    }

    @Test func `a request without a body leaves at its end`() throws {
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
        #expect(try flushed([.head(head), .end(nil)]) == [[], ["GET / HTTP/1.1\r\n\r\n"]])
    }
}
