public import LumbungCore

/// What a sender is told.
public enum IngestReply: Sendable {
    /// Everything in the body is durable.
    case accepted(Receipt)
    /// The request was no event but a question that proves who is at home; nothing was stored.
    case handshake(HandshakeAnswer)
    /// The request did not prove who sent it and is kept apart; nothing of it is in the queue.
    case quarantined(QuarantineReceipt)
    /// Nothing of the body was stored.
    case refused(Problem)
}

/// The answer to a sender that asks whether this URL is meant.
public struct HandshakeAnswer: Sendable, Hashable {
    /// What was asked.
    public var question: Handshake
    /// The HTTP status.
    public var status: Int
    /// The media type of the body; nil when there is no body.
    public var contentType: String?
    /// The body.
    public var body: [UInt8]
    /// Further headers; names and values without control characters.
    public var headers: [IngestRequest.Header]

    /// Describes an answer.
    public init(
        _ question: Handshake, status: Int, contentType: String? = nil, body: [UInt8] = [],
        headers: [IngestRequest.Header] = []
    ) {
        self.question = question
        self.status = status
        self.contentType = contentType
        self.body = body
        self.headers = headers
    }
}

/// What became of every event of one request, in the body's order.
public struct Receipt: Sendable {
    /// One event of the body.
    public struct Item: Sendable {
        /// Its identity.
        public var identity: String
        /// Its type, or the empty string.
        public var type: String
        /// What became of it.
        public var outcome: AppendOutcome

        /// Describes an event of the body.
        public init(identity: String, type: String, outcome: AppendOutcome) {
            self.identity = identity
            self.type = type
            self.outcome = outcome
        }
    }

    /// The events.
    public var items: [Item]

    /// Makes a receipt.
    public init(items: [Item]) {
        self.items = items
    }

    /// How many events met the inbox in one way.
    public func count(_ kind: AppendOutcome.Kind) -> Int {
        items.reduce(0) { $0 + ($1.outcome.kind == kind ? 1 : 0) }
    }

    /// The status of the whole answer: `queued` when anything was queued or revived, else `duplicate`, `conflict` or `empty`.
    public var status: String {
        if items.isEmpty { return "empty" }
        if count(.queued) + count(.revived) > 0 { return "queued" }
        return count(.duplicate) > 0 ? "duplicate" : "conflict"
    }
}

/// Why a request was refused, as an RFC 9457 problem document has it.
public struct Problem: Sendable, Hashable {
    /// The HTTP status.
    public var status: Int
    /// What names the kind of problem: the last part of its type URI.
    public var slug: String
    /// A short summary of the kind.
    public var title: String
    /// What is wrong with this request and what to do.
    public var detail: String
    /// After how many seconds it may be tried again, on 429 and 503.
    public var retryAfterSeconds: Int?
    /// What the operator is told in the place of ``detail``, where the sender is told less; it is in no answer.
    public var remark: String?
    /// The step of the check of the sender that failed; nil for any other problem.
    var failedStep: String?

    /// What the operator is told.
    public var reason: String { remark ?? detail }

    /// The same with more for the operator.
    func remarking(_ text: String) -> Problem {
        var problem = self
        problem.remark = text
        return problem
    }

    /// Describes a problem.
    public init(status: Int, slug: String, title: String, detail: String, retryAfterSeconds: Int? = nil) {
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The body is not what the source takes.
    public static func badRequest(_ detail: String) -> Problem {
        Problem(status: 400, slug: "bad-request", title: "Bad Request", detail: detail)
    }

    /// The content type is none that the source takes.
    public static func unsupportedMediaType(_ taken: String) -> Problem {
        Problem(
            status: 415, slug: "unsupported-media-type", title: "Unsupported Media Type",
            detail: "the content type is none of this source's formats: \(taken)")
    }

    /// The body is encoded, and nothing here decodes it.
    static let unsupportedEncoding = Problem(
        status: 415, slug: "unsupported-media-type", title: "Unsupported Media Type",
        detail: "the body has a Content-Encoding, which is not decoded here: send it as it is")

    /// Two content types that differ: nobody may read the body two ways.
    static let repeatedContentType = Problem.badRequest("the header Content-Type came more than once")

    /// There is no such source.
    public static let unknownSource = Problem(
        status: 404, slug: "unknown-source", title: "Not Found",
        detail: "no such source; events go to POST /webhook/{source}")

    /// The same problem of one of several events, counted from 1.
    func of(event number: Int) -> Problem {
        var problem = self
        problem.detail = "event \(number): " + detail
        return problem
    }

    /// Nothing was committed; the sender should try again.
    public static func unavailable(_ error: StoreError) -> Problem {
        Problem(
            status: 503, slug: "unavailable", title: "Service Unavailable", detail: "not stored: \(error.sentence)",
            retryAfterSeconds: error == .diskFull ? 30 : 1)
    }
}
