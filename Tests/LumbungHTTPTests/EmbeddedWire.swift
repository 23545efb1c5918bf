import Logging
import LumbungCore
import LumbungKit
import NIOCore
import NIOEmbedded

@testable import LumbungHTTP

/// One connection to the ingest pipeline without a socket, on a clock of its own.
final class EmbeddedWire {
    let store: FakeStore
    let log = FakeLog()
    let intake: Intake
    let channel: EmbeddedChannel
    let loop: EmbeddedEventLoop
    let shared: IngestLoop?
    private let reads = ReadCounter()

    init(
        _ limits: IngestLimits = IngestLimits(), sources: [Source]? = nil, store: FakeStore = FakeStore(),
        proxies: TrustedProxies = TrustedProxies()
    ) throws {
        self.store = store
        loop = EmbeddedEventLoop()
        channel = EmbeddedChannel(loop: loop)
        channel.allowRemoteHalfClosure = true
        let routes = (sources ?? [Source(name: "accurate")]).map { (source: $0, destinations: [DestinationID]()) }
        intake = Intake(store: store, routes: routes, patience: .seconds(5), committed: {})
        let desk = IngestDesk(
            intake: intake,
            log: log,
            limits: limits,
            buffered: BodyBudget(limitBytes: limits.maxBufferedBytes),
            proxies: proxies,
            now: { Timestamp(milliseconds: 1_700_000_000_000) },
            askReadiness: { _, reply in reply(nil) })
        try channel.pipeline.syncOperations.addHandler(reads)
        let child = IngestChildChannel(desk: desk, group: loop)
        shared = child.loops[ObjectIdentifier(loop)]
        _ = try child.setup(channel: channel, logger: Logger(label: "test")).wait()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    deinit {
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    var isOpen: Bool { channel.isActive }

    /// How many reads reached the socket.
    var readCount: Int { reads.count }

    @discardableResult
    func send(_ text: String) throws -> EmbeddedWire { try send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) throws -> EmbeddedWire {
        guard channel.isActive else { return self }
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        loop.run()
        return self
    }

    func halfClose() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        loop.run()
    }

    func pass(_ time: TimeAmount) {
        loop.advanceTime(by: time)
    }

    /// Everything written since the last call.
    func received() throws -> String {
        loop.run()
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    /// The statuses of everything written since the last call.
    func statuses() throws -> [Int] {
        try received().split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
    }

    static func post(
        _ body: String, to path: String = "/webhook/accurate", version: String = "1.1", extra: [String] = []
    ) -> String {
        let lines = ["POST \(path) HTTP/\(version)", "Host: localhost", "Content-Length: \(body.utf8.count)"] + extra
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    static func head(_ fields: [String], line: String = "POST /webhook/accurate HTTP/1.1") -> String {
        ([line] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }
}

private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}
