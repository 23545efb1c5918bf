import LumbungCore
import LumbungSignatures

/// A source with its routes, as they were when a request asked for them.
public final class Entrance: Sendable {
    /// What a request turned out to be.
    enum Finding {
        /// A question, and its answer.
        case handshake(HandshakeAnswer)
        /// A secret that the sender brings, to be kept before the answer is given.
        case secret(String, SecretCapture)
        /// Events to be stored; perhaps none.
        case events([NewEvent])
        /// A request that does not prove who sent it, and is to be kept all the same.
        case unproven(Problem, QuarantineRule)
    }

    let plan: IntakePlan
    private let handshakes: HandshakeDesk?
    private let meter: RequestMeter?
    /// Counts the uses of each secret, in the order of the verifier's.
    private let counters: [SecretCounter]

    /// Makes an entrance.
    /// - Parameters:
    ///   - plan: What it lets in.
    ///   - former: The one in whose place it comes; what was counted under the same rate goes on to count.
    ///   - uses: Counts which secrets prove requests.
    init(_ plan: IntakePlan, former: Entrance? = nil, uses: SecretUses? = nil) {
        self.plan = plan
        handshakes = HandshakeDesk(plan.source)
        let rate = plan.source.access.rate
        counters = uses?.counters(of: plan.source) ?? []
        meter = former?.meter?.rate == rate ? former?.meter : rate.map(RequestMeter.init)
    }

    /// The source.
    public var source: Source { plan.source }

    /// Finds out what a request is, in the order in which it can be trusted: its address, questions that nobody signs,
    /// the token, the signature, questions that are signed, events.
    ///
    /// The rate comes last, so that nobody but the sender can use it up.
    /// - Throws: ``Problem``, with a remark for the operator where its sender is not told why.
    func examine(_ request: IngestRequest) throws(Problem) -> Finding {
        try source.access.check(address: request.clientAddress)
        if let answer = try handshakes?.unsigned(request) { return .handshake(answer) }
        guard request.method == "POST" else { throw .noQuestion }
        if let secret = try handshakes?.brought(request) { return try take(secret, request) }
        do throws(Problem) {
            try prove(request)
        } catch {
            guard let rule = source.quarantine, !isQuestion(request) else { throw error }
            return .unproven(error, rule)
        }
        if let answer = try handshakes?.signed(request) { return .handshake(answer) }
        if let seconds = meter?.refusesFor() { throw .tooMany(retryAfterSeconds: seconds) }
        return .events(try plan.events(in: request))
    }

    /// Examines a request that was in quarantine, as of the time when it was received.
    ///
    /// The rate does not count: it was kept within bounds of its own.
    /// - Returns: The events; none for a question, which may have come before the source was known to ask any.
    /// - Throws: ``Problem``, with a remark for the operator.
    func reexamine(_ request: IngestRequest) throws(Problem) -> [NewEvent] {
        guard source.checksRequests else {
            throw .unverified(
                step: "missing", "the source checks nothing now: set `verify` or `token` as its sender proves itself")
        }
        try source.access.check(address: request.clientAddress)
        if try handshakes?.unsigned(request) != nil { return [] }
        try prove(request)
        if try handshakes?.signed(request) != nil { return [] }
        return try plan.events(in: request)
    }

    private func prove(_ request: IngestRequest) throws(Problem) {
        try source.access.check(target: request.target)
        do throws(VerificationFailure) {
            let index = try source.verify(request)
            if let index, counters.indices.contains(index) { counters[index].note(at: request.receivedAt) }
        } catch {
            throw .unverified(step: error.step.rawValue, "\(error)")
        }
    }

    /// What becomes of a secret that comes without any proof: the first one is taken, and nothing but that one again.
    private func take(_ secret: String, _ request: IngestRequest) throws(Problem) -> Finding {
        try source.access.check(target: request.target)
        guard let capture = source.capture else {
            guard source.handshakeKeys.secrets.contains(where: { ConstantTime.equal($0, Array(secret.utf8)) }) else {
                throw .unverified(step: "signature", "the secret that the sender brings is not the configured one")
            }
            return .handshake(.secretReturned(secret))
        }
        guard capture.captures.secret(of: source.name) != nil else { return .secret(secret, capture) }
        guard capture.captures.isKept(secret, of: source.name) else { throw .otherSecretKept }
        return .handshake(.secretReturned(secret))
    }

    /// Whether a request would be a question, were it signed: those wait for an answer, and have nothing to store.
    private func isQuestion(_ request: IngestRequest) -> Bool {
        do throws(Problem) {
            return try handshakes?.signed(request) != nil
        } catch {
            return true
        }
    }
}

extension Problem {
    /// Whether the operator's list of rejections gets it; a flood of requests must not become a flood of writes.
    var isKept: Bool { status != 429 }
}

extension Problem {
    /// The sender brings another secret than the one that is kept.
    static let otherSecretKept = Problem.unverified(
        step: "signature",
        "the sender brings another secret than the one that is kept: `lumbung sources forget` lets the next one in")
}

extension HandshakeAnswer {
    /// The secret sent back, as the sender wants it.
    static func secretReturned(_ secret: String) -> HandshakeAnswer {
        HandshakeAnswer(.asana, status: 200, headers: [.init(name: "X-Hook-Secret", value: secret)])
    }
}
