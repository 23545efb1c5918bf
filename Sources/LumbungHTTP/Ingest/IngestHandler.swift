import LumbungCore
import LumbungKit
import NIOCore
import NIOHTTP1

/// Performs what ``IngestExchange`` decides for one connection, synchronously on its event loop.
final class IngestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let desk: IngestDesk
    let loop: IngestLoop
    var exchange: IngestExchange
    var context: ChannelHandlerContext?
    var id: ConnectionID
    var head: HTTPRequestHead?
    /// The source of the request in hand, as it was when its head came.
    private(set) var entrance: Entrance?
    /// Where the request in hand comes from.
    private(set) var client: IPAddress?
    private(set) var body: [UInt8] = []
    /// How much of the common budget the body takes.
    private var budgetedBytes = 0
    /// Whether the reply of the intake or of the readiness check is still to come.
    var awaitsReply = false

    private var backlog: IngestBacklog
    private var isFeeding = false
    private var isReadWithheld = false
    private var hasSeenInput = false

    init(desk: IngestDesk, loop: IngestLoop) {
        self.desk = desk
        self.loop = loop
        exchange = IngestExchange(limits: desk.limits, now: loop.eventLoop.now)
        backlog = IngestBacklog(limits: desk.limits)
        id = ConnectionID(0)
    }

    // MARK: The channel's events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        id = loop.add(self, sweepEvery: desk.limits.sweepInterval)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        exchange.inactive()
        self.context = nil
        backlog.removeAll()
        _ = takeBody()
        // A reply to come still has to be logged; it ends the registration.
        if !awaitsReply { loop.remove(id) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchange.inactive()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasSeenInput = true
        switch unwrapInboundIn(data) {
        case .head(let head): receive(.head(head))
        case .body(let buffer): receive(.body(buffer))
        case .end: receive(.end)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // The decoder keeps an unfinished head to itself; that bytes came at all is known from this event.
        if !hasSeenInput { exchange.bytesArrived(now: loop.eventLoop.now) }
        hasSeenInput = false
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: receive(.inputClosed)
        case is ChannelShouldQuiesceEvent: perform(exchange.quiesce(now: loop.eventLoop.now))
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as HTTPParserError:
            hasSeenInput = true
            receive(.malformed(Problem(error)))
        case is ByteToMessageDecoderError:
            // What follows refused bytes; it is thrown away while the answer leaves.
            break
        default:
            context.close(promise: nil)
        }
    }

    func read(context: ChannelHandlerContext) {
        // What a sender sends ahead stays in the kernel, and the sender waits. With a sender that waits for its answers
        // nothing is withheld, so that its socket stays registered without a system call.
        if backlog.isEmpty { context.read() } else { isReadWithheld = true }
    }

    // MARK: The machine's events

    private func receive(_ input: IngestInput) {
        if exchange.takesInput, backlog.isEmpty, !isFeeding {
            process(input)
        } else if exchange.state == .draining {
            if case .inputClosed = input { process(input) }
        } else if exchange.state != .closed {
            backlog.append(input)
        }
    }

    private func process(_ input: IngestInput) {
        switch input {
        case .head(let head):
            self.head = head
            entrance = nil
            client = clientAddress(head)
            let plan = RequestPlan(head, from: client, maxBodyBytes: desk.limits.maxBodyBytes) { name in
                entrance = desk.intake.entrance(named: name)
                return entrance?.source
            }
            perform(exchange.head(plan, now: loop.eventLoop.now))
        case .body(let buffer):
            let action = exchange.body(buffer.readableBytes)
            let isKept = keep(buffer, whole: action == .keepBody)
            // A refusal is given as it is, whether there was room for its body or not.
            perform(isKept || action != .keepBody ? action : exchange.overloaded())
        case .end: perform(exchange.end())
        case .malformed(let problem): perform(exchange.malformed(problem))
        case .inputClosed: perform(exchange.inputClosed())
        }
    }

    private func clientAddress(_ head: HTTPRequestHead) -> IPAddress? {
        let peer = context?.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        guard let peer, desk.proxies.contains(peer) else { return peer?.unmapped }
        return desk.proxies.client(peer: peer, forwarded: head.headers["x-forwarded-for"])
    }

    /// Takes in what waited, until it is used up or a request has to be answered first.
    func feed() {
        guard !isFeeding else { return }
        isFeeding = true
        while exchange.takesInput, let next = backlog.popFirst() { process(next) }
        isFeeding = false
        if isReadWithheld, backlog.isEmpty {
            isReadWithheld = false
            context?.read()
        }
    }

    /// Throws away what waits, once no request will be read any more, and lets the sender's end be seen.
    func discardInput() {
        backlog.removeAll()
        if isReadWithheld {
            isReadWithheld = false
            context?.read()
        }
    }

    /// Looks whether a deadline has passed.
    func sweep(now: NIODeadline) {
        perform(exchange.timeout(now: now))
    }

    /// Ends the connection in favour of another one, unless it has a request.
    func makeRoom() {
        perform(exchange.makeRoom())
    }

    /// The body as far as it came; the handler lets go of it.
    func takeBody() -> [UInt8] {
        desk.buffered.give(budgetedBytes)
        budgetedBytes = 0
        defer { body = [] }
        return body
    }

    /// Keeps a piece of the body.
    /// - Returns: Whether there was memory for it.
    private func keep(_ buffer: ByteBuffer, whole: Bool) -> Bool {
        guard case .ingest = exchange.plan?.route else { return true }
        let room = whole ? buffer.readableBytes : Rejection.keptBodyBytes - body.count
        guard room > 0 else { return true }
        guard desk.buffered.take(min(room, buffer.readableBytes)) else { return false }
        budgetedBytes += min(room, buffer.readableBytes)
        if body.isEmpty, let length = head?.headers.first(name: "content-length").flatMap(Int.init) {
            body.reserveCapacity(min(length, Self.reservedBodyBytes))
        }
        body.append(contentsOf: buffer.readableBytesView.prefix(room))
        return true
    }

    /// The most memory taken for a body before it has arrived.
    private static let reservedBodyBytes = 65_536
}
