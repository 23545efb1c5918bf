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

    init(_ plan: IntakePlan) {
        self.plan = plan
        handshakes = HandshakeDesk(plan.source)
    }

    /// The source.
    public var source: Source { plan.source }

    /// Finds out what a request is, in the order in which it can be trusted: questions that nobody signs, the
    /// signature, questions that are signed, events.
    func examine(_ request: IngestRequest) throws(Refused) -> Finding {
        if let answer = try refusing({ () throws(Problem) in try handshakes?.unsigned(request) }) {
            return .handshake(answer)
        }
        guard request.method == "POST" else { throw Refused(.noQuestion) }
        do throws(VerificationFailure) {
            _ = try source.verify(request)
        } catch {
            throw Refused(.unverified, because: "\(error.step.rawValue): \(error)")
        }
        if let answer = try refusing({ () throws(Problem) in try handshakes?.signed(request) }) {
            return .handshake(answer)
        }
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

    init(_ problem: Problem, because reason: String? = nil) {
        self.problem = problem
        self.reason = reason ?? problem.detail
    }
}
