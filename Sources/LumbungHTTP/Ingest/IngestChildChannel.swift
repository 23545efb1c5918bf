import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Sets up accepted connections: NIO's decoder with our limits, then one synchronous handler.
///
/// No task runs for a request; the one task of a connection only waits for its end.
struct IngestChildChannel: ServerChildChannel {
    /// An accepted connection.
    struct Connection: ServerChildChannelValue {
        let channel: any Channel
    }

    private let desk: IngestDesk
    let loops: [ObjectIdentifier: IngestLoop]

    init(desk: IngestDesk, group: any EventLoopGroup) {
        self.desk = desk
        let eventLoops = Array(group.makeIterator())
        let places = max(1, desk.limits.maxConnections / max(1, eventLoops.count))
        loops = Dictionary(
            eventLoops.map { (ObjectIdentifier($0), IngestLoop($0, places: places)) },
            uniquingKeysWith: { first, _ in first })
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else { throw ChannelError.operationUnsupported }
            // One read brings at most 64 KiB, which bounds what arrives while a request is being answered.
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            try addHandlers(to: channel.pipeline.syncOperations, loop: loop)
            return Connection(channel: channel)
        }
    }

    func handle(value: Connection, logger: Logger) async {
        await withTaskCancellationHandler {
            // A close has no error worth telling: what happened to the requests is known to their handler.
            try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }

    private func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations, loop: IngestLoop) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = desk.limits.maxHeaderBytes
        limits.maxHeaderListSize = desk.limits.maxHeaderBytes
        limits.maxHeaderFieldCount = desk.limits.maxHeaderFields
        try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits)))
        try pipeline.addHandler(IngestHandler(desk: desk, loop: loop))
    }
}
