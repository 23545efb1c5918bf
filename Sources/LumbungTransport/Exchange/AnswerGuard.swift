import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Bounds what a server may send before the body of its answer, and refuses a status that HTTP does not have.
///
/// The body needs no bound here: no more of it is read than is kept.
enum AnswerGuard {
    /// Bytes of header fields, over the head of the answer and the interim answers (1xx) before it.
    ///
    /// A field counts as its name, its value and four bytes more.
    static let longestHeadBytes = 65_536
    /// Header fields of one head.
    static let mostHeadFields = 256
    /// Bytes of any kind without a whole head: the fields, and room for status lines and blanks.
    static let longestWaitBytes = longestHeadBytes + 16_384

    /// Puts the guard into the pipeline of a new connection; to be called on its event loop.
    static func guardAnswers(of channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
        let tally = HeadTally()
        try pipeline.addHandler(RawGuard(tally: tally), position: .before(decoder))
        try pipeline.addHandler(HeadGuard(tally: tally), position: .after(decoder))
    }
}

/// A destination sent more than may come before the body of an answer.
struct AnswerTooLarge: Error, CustomStringConvertible {
    let description: String

    static let bytes = AnswerTooLarge(
        description: "the head of the answer is longer than \(AnswerGuard.longestHeadBytes) bytes")
    static let fields = AnswerTooLarge(
        description: "the head of the answer has more than \(AnswerGuard.mostHeadFields) fields")
}

/// A server sent a status below 100 (RFC 9110, section 15): the client would take it for an interim answer and trap at
/// its end.
struct NoStatus: Error, CustomStringConvertible {
    let code: UInt

    var description: String { "it has the status \(code)" }
}

extension HTTPClient.Configuration {
    /// One that holds every answer to ``AnswerGuard``.
    static var guarded: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.makeCompletedFuture { try AnswerGuard.guardAnswers(of: channel) }
        }
        return configuration
    }
}

/// What has come since the request began; it belongs to one connection and is used on its event loop only.
private final class HeadTally {
    private enum Phase {
        case idle
        case awaitsHead(fieldBytes: Int, rawBytes: Int)
        /// Whatever else comes is dropped, since the connection is being closed.
        case refused
    }

    private var phase = Phase.idle

    var isRefused: Bool { if case .refused = phase { true } else { false } }

    func requestBegins() {
        phase = .awaitsHead(fieldBytes: 0, rawBytes: 0)
    }

    /// Counts bytes after the decoder has had them: a head among them has already ended the wait.
    func received(_ count: Int) -> (any Error)? {
        guard case .awaitsHead(let fieldBytes, let rawBytes) = phase else { return nil }
        guard rawBytes + count <= AnswerGuard.longestWaitBytes else { return refuse(AnswerTooLarge.bytes) }
        phase = .awaitsHead(fieldBytes: fieldBytes, rawBytes: rawBytes + count)
        return nil
    }

    func received(_ head: HTTPResponseHead) -> (any Error)? {
        guard case .awaitsHead(var fieldBytes, let rawBytes) = phase else { return nil }
        guard head.status.code >= 100 else { return refuse(NoStatus(code: head.status.code)) }
        fieldBytes = head.headers.reduce(fieldBytes) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard fieldBytes <= AnswerGuard.longestHeadBytes else { return refuse(AnswerTooLarge.bytes) }
        guard head.headers.count <= AnswerGuard.mostHeadFields else { return refuse(AnswerTooLarge.fields) }
        let isInterim = (100..<200).contains(head.status.code) && head.status != .switchingProtocols
        phase = isInterim ? .awaitsHead(fieldBytes: fieldBytes, rawBytes: rawBytes) : .idle
        return nil
    }

    private func refuse(_ error: any Error) -> any Error {
        phase = .refused
        return error
    }
}

/// Counts bytes before they are decoded, for heads that never end.
private final class RawGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let tally: HeadTally

    init(tally: HeadTally) {
        self.tally = tally
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !tally.isRefused else { return }
        let count = unwrapInboundIn(data).readableBytes
        context.fireChannelRead(data)
        if let refusal = tally.received(count) { context.fireErrorCaught(refusal) }
    }
}

/// Counts decoded heads.
private final class HeadGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let tally: HeadTally

    init(tally: HeadTally) {
        self.tally = tally
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head = unwrapOutboundIn(data) { tally.requestBegins() }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !tally.isRefused else { return }
        if case .head(let head) = unwrapInboundIn(data), let refusal = tally.received(head) {
            context.fireErrorCaught(refusal)
        } else {
            context.fireChannelRead(data)
        }
    }
}
