import LumbungCore
import LumbungKit
import NIOCore
import NIOHTTP1

extension IngestHandler {
    /// Does what the machine wants.
    func perform(_ action: IngestExchange.Action) {
        switch action {
        case .none, .keepBody: break
        case .sendContinue: write { $0.writeStaticString(Answer.continuing) }
        case .answer(let route): answer(route)
        case .refuse(let refusal): refuse(refusal)
        case .awaitFlush: awaitFlush()
        case .takeNext: feed()
        case .closeOutput:
            context?.close(mode: .output, promise: nil)
            discardInput()
        case .close: context?.close(promise: nil)
        }
    }

    /// Takes the reply to what was handed over; the connection may be gone by now.
    func take(_ reply: IngestLoop.Reply) {
        guard awaitsReply else { return }
        awaitsReply = false
        switch reply {
        case .intake(.accepted(let receipt)):
            if desk.log.isEnabled { desk.log.accepted(logged, receipt) }
            send { Answer(receipt, status: entrance?.source.answerStatus ?? 200) }
        case .intake(.handshake(let answer)):
            if desk.log.isEnabled { desk.log.answered(logged, answer) }
            send { Answer(answer) }
        case .intake(.quarantined(let receipt)):
            desk.log.quarantined(logged, receipt)
            send { Answer(receipt) }
        case .intake(.refused(let problem)):
            desk.log.refused(logged, problem)
            send { Answer(Refusal(problem)) }
        case .readiness(let reason):
            send { Answer.readiness(reason) }
        }
        if context == nil { loop.remove(id) }
    }

    // MARK: Requests

    private func answer(_ route: RequestPlan.Route) {
        switch route {
        case .ingest: handOver()
        case .health: send { Answer.healthy }
        case .readiness: askReadiness()
        case .refuse(let refusal): refuse(refusal)
        }
    }

    private func handOver() {
        let request = ingestRequest(body: takeBody())
        awaitsReply = true
        desk.intake.accept(request, through: entrance) { [loop, id] reply in
            loop.post(.intake(reply), to: id)
        }
    }

    private func askReadiness() {
        awaitsReply = true
        desk.askReadiness(loop.eventLoop) { [loop, id] reason in
            loop.post(.readiness(reason), to: id)
        }
    }

    private func refuse(_ refusal: Refusal) {
        // A decoder that is closed together with its channel reports the end of what it had; nobody is there to tell.
        guard let context, context.channel.isActive else { return }
        let problem = refusal.problem
        desk.log.refused(logged, problem)
        let body = takeBody()
        if exchange.plan?.source != nil, Self.isKept(problem) {
            let head = body.count > Rejection.keptBodyBytes ? Array(body[..<Rejection.keptBodyBytes]) : body
            desk.intake.refuse(ingestRequest(body: head), problem, through: entrance)
        }
        send { Answer(refusal) }
    }

    /// Whether an operator wants to see what was sent: a sender's fault in the request, not in its address or method.
    private static func isKept(_ problem: Problem) -> Bool {
        (400..<500).contains(problem.status) && problem.status != 405
    }

    private func ingestRequest(body: [UInt8]) -> IngestRequest {
        var headers: [IngestRequest.Header] = []
        if let fields = head?.headers {
            headers.reserveCapacity(fields.count)
            for (name, value) in fields { headers.append(.init(name: name, value: ASCII.trimmed(value))) }
        }
        var request = IngestRequest(
            source: exchange.plan?.source ?? "", headers: headers, body: body, receivedAt: desk.now())
        request.method = head?.method.rawValue ?? ""
        request.target = head?.uri ?? ""
        request.clientAddress = client
        return request
    }

    private var logged: LoggedRequest {
        guard let plan = exchange.plan, let head else {
            return LoggedRequest(method: "-", path: "-", source: nil, contentLength: nil)
        }
        return LoggedRequest(
            method: head.method.rawValue,
            path: String(Substring(RequestTarget.path(of: head.uri))),
            source: plan.source,
            contentLength: plan.headers.contentLength)
    }

    // MARK: Writing

    /// Writes the answer with one flush and lets the machine go on.
    private func send(_ make: () -> Answer) {
        guard context != nil else { return }
        let answer = make()
        let isHead = exchange.plan?.isHead ?? false
        let closes = exchange.closes
        write(capacity: answer.body.count + Self.answerHeadBytes) {
            answer.write(into: &$0, isHead: isHead, closes: closes)
        }
        perform(exchange.answered(isFlushed: isFlushed, now: loop.eventLoop.now))
    }

    private func write(capacity: Int = 64, _ fill: (inout ByteBuffer) -> Void) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: capacity)
        fill(&buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Whether the kernel has taken everything that was written.
    ///
    /// Almost always it has, so that no promise is needed.
    private var isFlushed: Bool {
        guard let options = context?.channel.syncOptions else { return true }
        // A closed channel has no options and nothing to wait for.
        return (try? options.getOption(.bufferedWritableBytes)) ?? 0 == 0
    }

    private func awaitFlush() {
        guard let context else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { [self] in
            perform(exchange.flushed(now: loop.eventLoop.now))
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    /// Room for the head of an answer.
    private static let answerHeadBytes = 192
}
