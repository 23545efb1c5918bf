import NIOCore
import NIOHTTP1

/// Keeps the head of a request back until its body is written, so that both leave in one call of the system.
///
/// AsyncHTTPClient flushes a head before it writes the body. Two segments cost us, and whoever reads them, twice the work.
/// For requests whose body is there as a whole: the head of one that streams would wait for its first part.
final class HeadHold: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private var holdsHead = false

    /// Puts the hold into the pipeline of a new connection; to be called on its event loop.
    static func holdHeads(of channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
        try pipeline.addHandler(HeadHold(), position: .after(decoder))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        holdsHead = if case .head = unwrapOutboundIn(data) { true } else { false }
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        if !holdsHead { context.flush() }
    }
}
