import AsyncHTTPClient
import LumbungCore
import NIOCore
import NIOHTTP1
import Synchronization

/// Reads one answer while it comes, and no more of it than is kept.
///
/// The client calls it on an event loop; the task that made the request is woken once, at the end. AsyncHTTPClient's
/// async functions wake it for the head, the body and the end, and make a timer and a task of their own for each request.
final class AnswerReader: HTTPClientResponseDelegate {
    /// Ends the request, and so its connection, when enough of the body is there.
    private struct Enough: Error {}

    private let answer = Mutex<Answer?>(nil)

    func didReceiveHead(task: HTTPClient.Task<Answer>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        answer.withLock { $0 = Answer(status: head.status, retryAfter: head.headers["retry-after"]) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Answer>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let isEnough = answer.withLock { answer in
            let room = AttemptOutcome.keptResponseBytes - (answer?.body.count ?? 0)
            answer?.body.append(contentsOf: part.readableBytesView.prefix(room))
            return part.readableBytes > room
        }
        return isEnough ? task.eventLoop.makeFailedFuture(Enough()) : task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Answer>) throws -> Answer {
        guard let answer = answer.withLock({ $0 }) else { throw HTTPClientError.remoteConnectionClosed }
        return answer
    }

    /// What came before an error ended the request; `nil` when not even a head did.
    func answer(before error: any Error) -> Answer? {
        var answer = answer.withLock { $0 }
        if !(error is Enough) { answer?.failure = ExchangeFailure(error) }
        return answer
    }
}

/// What came back: a status, the kept part of the body, and what broke while it was read.
struct Answer: Sendable {
    let status: HTTPResponseStatus
    /// The values of each `Retry-After` header.
    let retryAfter: [String]
    var body: [UInt8] = []
    var failure: ExchangeFailure?

    init(status: HTTPResponseStatus, retryAfter: [String]) {
        self.status = status
        self.retryAfter = retryAfter
    }

    /// A status that is no success stands whatever became of the body; a success counts only with its body, since
    /// the timeout covers the whole exchange.
    func outcome(now: Timestamp) -> AttemptOutcome {
        let code = Int(status.code)
        guard (200..<300).contains(code) else {
            let asks = code == 429 || code == 503 ? retryAfter : []
            // Of several the longest counts, so that no wait that was asked for is cut short.
            let wait = asks.compactMap { RetryAfter.wait($0, now: now) }.max()
            let detail = "answered \(code)"
            return AttemptOutcome(kind: .status, statusCode: code, response: body, detail: detail, retryAfter: wait)
        }
        guard let failure else { return AttemptOutcome(kind: .delivered, statusCode: code, response: body) }
        let detail = "answered \(code), then: \(failure.detail)"
        return AttemptOutcome(kind: failure.kind, statusCode: code, response: body, detail: detail)
    }
}
