import LumbungCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP server on loopback whose paths misbehave in known ways, and which remembers what it was sent.
final class SinkServer: Sendable {
    struct Request: Sendable {
        var method: String
        var uri: String
        var headers: [String: String]
        var body: [UInt8]
    }

    private struct State {
        var requests: [Request] = []
        var connections = 0
    }

    private let state = Mutex(State())
    private let channel: any Channel
    /// Gets one element for each request whose head has come.
    let arrivals: AsyncStream<Void>

    var port: Int { channel.localAddress?.port ?? 0 }
    var requests: [Request] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }

    private init(channel: any Channel, arrivals: AsyncStream<Void>) {
        self.channel = channel
        self.arrivals = arrivals
    }

    func url(_ path: String, host: String = "127.0.0.1", scheme: String = "http") -> String {
        "\(scheme)://\(host):\(port)\(path)"
    }

    /// Runs `body` with a server that listens meanwhile, over TLS when there is a context for it.
    static func run<Result>(
        host: String = "127.0.0.1",
        tls: NIOSSLContext? = nil,
        _ body: (SinkServer) async throws -> Result
    ) async throws -> Result {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let recorder = Recorder(arrived: arrived)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    recorder.connected()
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(SinkHandler(recorder: recorder))
                }
            }
            .bind(host: host, port: 0).get()
        let server = SinkServer(channel: channel, arrivals: arrivals)
        recorder.server.withLock { $0 = server }
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    final class Recorder: Sendable {
        let server = Mutex<SinkServer?>(nil)
        private let arrived: AsyncStream<Void>.Continuation

        init(arrived: AsyncStream<Void>.Continuation) {
            self.arrived = arrived
        }

        func connected() {
            server.withLock { $0 }?.state.withLock { $0.connections += 1 }
        }

        func began() {
            arrived.yield()
        }

        func ended(_ request: Request) {
            server.withLock { $0 }?.state.withLock { $0.requests.append(request) }
        }
    }
}

private final class SinkHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let recorder: SinkServer.Recorder
    private var request = SinkServer.Request(method: "", uri: "", headers: [:], body: [])
    private var isFlooding = false

    init(recorder: SinkServer.Recorder) {
        self.recorder = recorder
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let pairs = head.headers.map { ($0.name.lowercased(), $0.value) }
            let headers = Dictionary(pairs, uniquingKeysWith: { $0 + "," + $1 })
            request = SinkServer.Request(method: head.method.rawValue, uri: head.uri, headers: headers, body: [])
            recorder.began()
        case .body(let chunk): request.body += chunk.readableBytesView
        case .end:
            recorder.ended(request)
            answer(context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        flood(context)
    }

    private func answer(_ context: ChannelHandlerContext) {
        let parts = request.uri.split(separator: "/").map(String.init)
        let number = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        switch parts.first {
        case "status": send(context, HTTPResponseStatus(statusCode: number), retryAfter: parts.dropFirst(2).first)
        case "moved": send(context, .found, location: "/status/200")
        case "size": send(context, .ok, body: number)
        case "hang": break
        case "drip": drip(context, status: HTTPResponseStatus(statusCode: number))
        case "flood":
            begin(context, .ok)
            isFlooding = true
            flood(context)
        case "cut":
            begin(context, .ok, length: 100)
            context.close(promise: nil)
        case "reset":
            _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            context.close(promise: nil)
        default: send(context, .ok)
        }
    }

    private func begin(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus, length: Int? = nil) {
        var headers = HTTPHeaders()
        if let length { headers.add(name: "content-length", value: String(length)) }
        context.writeAndFlush(
            wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
    }

    private func send(
        _ context: ChannelHandlerContext,
        _ status: HTTPResponseStatus,
        body: Int = 2,
        location: String? = nil,
        retryAfter: String? = nil
    ) {
        var headers: HTTPHeaders = ["content-length": String(body)]
        if let location { headers.add(name: "location", value: location) }
        if let retryAfter { headers.add(name: "retry-after", value: retryAfter) }
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        let bytes = ByteBuffer(repeating: UInt8(ascii: "k"), count: body)
        context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func drip(_ context: ChannelHandlerContext, status: HTTPResponseStatus) {
        begin(context, status)
        let channel = context.channel
        channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(10)) { task in
            guard channel.isActive else { return task.cancel() }
            let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: ".")))
            channel.writeAndFlush(part, promise: nil)
        }
    }

    private func flood(_ context: ChannelHandlerContext) {
        let chunk = ByteBuffer(repeating: UInt8(ascii: "f"), count: 65_536)
        while isFlooding && context.channel.isActive && context.channel.isWritable {
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(chunk))), promise: nil)
        }
    }
}
