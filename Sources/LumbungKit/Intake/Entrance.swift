import LumbungCore
import LumbungSignatures

/// A source with its routes, as they were when a request asked for them.
public final class Entrance: Sendable {
    /// What a request turned out to be.
    enum Finding {
        /// A question, and its answer.
        case handshake(HandshakeAnswer)
        /// Events to be stored; perhaps none.
        case events([NewEvent])
    }

    let plan: IntakePlan
    private let handshakes: HandshakeDesk?
    private let meter: RequestMeter?

    /// Makes an entrance.
    /// - Parameters:
    ///   - plan: What it lets in.
    ///   - former: The one in whose place it comes; what was counted under the same rate goes on to count.
    init(_ plan: IntakePlan, former: Entrance? = nil) {
        self.plan = plan
        handshakes = HandshakeDesk(plan.source)
        let rate = plan.source.access.rate
        meter = former?.meter?.rate == rate ? former?.meter : rate.map(RequestMeter.init)
    }

    /// The source.
    public var source: Source { plan.source }

    /// Finds out what a request is, in the order in which it can be trusted: its address, questions that nobody signs,
    /// the token, the signature, questions that are signed, events.
    ///
    /// The rate comes last, so that nobody but the sender can use it up.
    func examine(_ request: IngestRequest) throws(Refused) -> Finding {
        try source.access.check(address: request.clientAddress)
        if let answer = try refusing({ () throws(Problem) in try handshakes?.unsigned(request) }) {
            return .handshake(answer)
        }
        guard request.method == "POST" else { throw Refused(.noQuestion) }
        try source.access.check(target: request.target)
        do throws(VerificationFailure) {
            _ = try source.verify(request)
        } catch {
            throw Refused(.unverified, because: "\(error.step.rawValue): \(error)")
        }
        if let answer = try refusing({ () throws(Problem) in try handshakes?.signed(request) }) {
            return .handshake(answer)
        }
        if let seconds = meter?.refusesFor() { throw Refused(.tooMany(retryAfterSeconds: seconds)) }
        return .events(try refusing { () throws(Problem) in try plan.events(in: request) })
    }

    private func refusing<Value>(_ work: () throws(Problem) -> Value) throws(Refused) -> Value {
        do throws(Problem) {
            return try work()
        } catch {
            throw Refused(error)
        }
    }
}

/// Why a request is refused: what its sender is told, and what the operator is told.
struct Refused: Error {
    let problem: Problem
    let reason: String

    /// Whether the operator's list gets it; a flood of requests must not become a flood of writes.
    var isKept: Bool { problem.status != 429 }

    init(_ problem: Problem, because reason: String? = nil) {
        self.problem = problem
        self.reason = reason ?? problem.detail
    }
}
