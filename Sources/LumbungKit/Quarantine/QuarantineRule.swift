public import LumbungCore

/// What becomes of requests to a source that do not prove who sent them, besides being refused.
public struct QuarantineRule: Sendable, Hashable {
    /// How much is kept.
    public var limits: QuarantineLimits
    /// How long a request is kept.
    public var lifetime: Duration
    /// The status of the answer: 401, or 200 to 299 for a sender that gives up a receiver that refuses.
    public var answerStatus: Int

    /// Keeps a thousand requests of at most 64 MiB for a week, and answers 401.
    public init(
        limits: QuarantineLimits = QuarantineLimits(), lifetime: Duration = .seconds(7 * 86_400),
        answerStatus: Int = 401
    ) {
        self.limits = limits
        self.lifetime = lifetime
        self.answerStatus = answerStatus
    }

    /// Whether the sender is told that the request arrived; then it is refused where it cannot be kept.
    var isAnswerSuccess: Bool { answerStatus < 300 }

    /// What the sender is told of a request that failed its check.
    func reply(to result: Result<QuarantineOutcome, StoreError>, _ problem: Problem) -> IngestReply {
        switch result {
        case .success(.kept(let id)):
            return .quarantined(
                QuarantineReceipt(id: id, answerStatus: answerStatus, problem: problem))
        case .success(.full):
            let why = "the quarantine of the source is full"
            return .refused(
                isAnswerSuccess ? .quarantineFull.remarking("\(problem.reason); \(why)") : problem.adding(why))
        case .success(.noSpace):
            return .refused(unkept(problem, .diskFull))
        case .failure(let error):
            return .refused(unkept(problem, error))
        }
    }

    private func unkept(_ problem: Problem, _ error: StoreError) -> Problem {
        isAnswerSuccess ? .unavailable(error) : problem.adding("not kept in quarantine: \(error.sentence)")
    }
}

/// A request that failed its check and is kept: committed and flushed.
public struct QuarantineReceipt: Sendable, Hashable {
    /// Its number in quarantine.
    public var id: QuarantineID
    /// The status of the answer.
    public var answerStatus: Int
    /// What failed; the sender is told it where the status is one of an error.
    public var problem: Problem
}

extension IngestReply {
    /// What the operator's list of rejections gets of a request that failed its check; nil where the sender was told
    /// that it arrived.
    var rejection: Problem? {
        switch self {
        case .refused(let problem): problem
        case .quarantined(let receipt) where receipt.answerStatus >= 400:
            receipt.problem.adding("kept in quarantine as \(receipt.id.value)")
        case .quarantined, .accepted, .handshake: nil
        }
    }
}

extension Problem {
    /// The same with one more remark for the operator.
    fileprivate func adding(_ remark: String) -> Problem { remarking("\(reason); \(remark)") }

    /// As much is kept as may be, and the sender would be told that the request arrived.
    fileprivate static let quarantineFull = Problem(
        status: 503, slug: "unavailable", title: "Service Unavailable",
        detail: "not stored: as many requests wait to be looked at as can be kept", retryAfterSeconds: 300)
}
