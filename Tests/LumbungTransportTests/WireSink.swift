import NIOCore
import NIOPosix
import Synchronization

/// A TCP server on loopback that answers each request with a script, byte for byte, whether that is HTTP or not.
final class WireSink: Sendable {
    /// What is done about a request, one after the other.
    enum Step: Sendable {
        case send(String)
        case bytes([UInt8])
        /// The text again and again, once every 5 ms, for as long as the connection is there.
        case drip(String)
        /// The text again and again, as fast as it is taken.
        case flood(String)
        case close
        /// Close the sending half; the connection ends when the other side has noticed and closed its own.
        case end
        /// Close with a reset.
        case reset
    }

    /// The steps for each request.
    struct Script: Sendable {
        /// The steps by the request's number, from 0 over all connections.
        let steps: @Sendable (_ request: Int) -> [Step]

        static func always(_ steps: [Step]) -> Script {
            Script { _ in steps }
        }
    }

    fileprivate struct State {
        var requests: [String] = []
        var connections = 0
        var open = 0
        var bytesTaken = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    fileprivate let state = Mutex(State())
    fileprivate let script: Script
    /// The steps when the head of a request has come, before its body; then the body is not waited for.
    fileprivate let uponHead: [Step]?
    private let port = Mutex(0)

    private init(script: Script, uponHead: [Step]?) {
        self.script = script
        self.uponHead = uponHead
    }

    /// The requests that came whole, each as its head and body.
    var requests: [String] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }
    /// How many bytes of answers were taken from the server.
    var bytesTaken: Int { state.withLock { $0.bytesTaken } }

    func url(_ path: String = "/") -> String {
        "http://127.0.0.1:\(port.withLock { $0 })\(path)"
    }

    /// Waits until no connection is open.
    func allClosed() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.open > 0 { state.waiting.append(continuation) }
                return state.open == 0
            }
            if isDone { continuation.resume() }
        }
    }

    /// Runs `body` with a server that listens meanwhile.
    static func run<Result>(
        uponHead: [Step]? = nil,
        answering script: Script = .always([]),
        _ body: (WireSink) async throws -> Result
    ) async throws -> Result {
        let sink = WireSink(script: script, uponHead: uponHead)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(WireHandler(sink: sink))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        sink.port.withLock { $0 = channel.localAddress?.port ?? 0 }
        do {
            let result = try await body(sink)
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    fileprivate func opened() {
        state.withLock { state in
            state.connections += 1
            state.open += 1
        }
    }

    fileprivate func closed() {
        let waiting = state.withLock { state in
            state.open -= 1
            guard state.open == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.resume() }
    }
}

private final class WireHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let sink: WireSink
    private var received: [UInt8] = []
    private var flooding: ByteBuffer?
    private var isHeadAnswered = false

    init(sink: WireSink) {
        self.sink = sink
    }

    func channelActive(context: ChannelHandlerContext) {
        sink.opened()
    }

    func channelInactive(context: ChannelHandlerContext) {
        sink.closed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        if let steps = sink.uponHead {
            guard !isHeadAnswered, received.firstRange(of: Array("\r\n\r\n".utf8)) != nil else { return }
            isHeadAnswered = true
            return perform(steps, context)
        }
        while let request = takeRequest() {
            let number = sink.state.withLock { state in
                state.requests.append(request)
                return state.requests.count - 1
            }
            perform(sink.script.steps(number), context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        flood(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// The next whole request, once its body is there.
    private func takeRequest() -> String? {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
        let lengths = head.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("content-length:") }
        let length = lengths.first.flatMap { Int($0.dropFirst(15).trimmed) } ?? 0
        guard received.count >= end.upperBound + length else { return nil }
        defer { received.removeFirst(end.upperBound + length) }
        return String(decoding: received[..<(end.upperBound + length)], as: UTF8.self)
    }

    private func perform(_ steps: [WireSink.Step], _ context: ChannelHandlerContext) {
        for step in steps {
            switch step {
            case .send(let text): write(ByteBuffer(string: text), context)
            case .bytes(let bytes): write(ByteBuffer(bytes: bytes), context)
            case .drip(let text): drip(ByteBuffer(string: text), context)
            case .flood(let text):
                flooding = ByteBuffer(string: text)
                flood(context)
            case .close: context.close(promise: nil)
            case .end: context.close(mode: .output, promise: nil)
            case .reset:
                _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                context.close(promise: nil)
            }
        }
    }

    private func write(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        let (sink, count) = (sink, buffer.readableBytes)
        context.writeAndFlush(wrapOutboundOut(buffer)).whenSuccess {
            sink.state.withLock { $0.bytesTaken += count }
        }
    }

    private func drip(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        let channel = context.channel
        channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(5)) { task in
            guard channel.isActive else { return task.cancel() }
            channel.writeAndFlush(buffer, promise: nil)
        }
    }

    private func flood(_ context: ChannelHandlerContext) {
        guard let flooding else { return }
        while context.channel.isActive && context.channel.isWritable { write(flooding, context) }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var rest = self.drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
