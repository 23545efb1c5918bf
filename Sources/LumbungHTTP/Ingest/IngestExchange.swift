import LumbungKit
import NIOCore

/// One connection's requests as a pure state machine: what happened goes in, what to do comes out.
///
/// Requests are handled one at a time. While one is being answered nothing else is taken in
/// (``takesInput``): its owner keeps what arrives and offers it again after ``Action/takeNext``.
struct IngestExchange: Sendable {
    /// Where the connection stands.
    enum State: Sendable, Hashable {
        /// Between requests; nothing of the next one has been seen.
        case idle
        /// A part of a request head has arrived.
        case heading
        /// A request's body is arriving.
        case reading
        /// The answer is being made.
        case answering
        /// The answer waits for the sender to read it.
        case sending
        /// The last answer is out; what still arrives is thrown away.
        case draining
        /// Over.
        case closed
    }

    /// What the owner does next.
    enum Action: Sendable, Hashable {
        /// Nothing.
        case none
        /// Write `100 Continue`.
        case sendContinue
        /// Add the bytes to the request's body.
        case keepBody
        /// Answer the whole request; then report ``IngestExchange/answered(isFlushed:now:)``.
        case answer(RequestPlan.Route)
        /// Answer with this problem; then report ``IngestExchange/answered(isFlushed:now:)``.
        case refuse(Refusal)
        /// Report ``IngestExchange/flushed(now:)`` when the answer has left.
        case awaitFlush
        /// Offer what has arrived in the meantime.
        case takeNext
        /// Close the sending side and go on reading.
        case closeOutput
        /// Close the connection.
        case close
    }

    private(set) var state = State.idle
    /// The moment after which ``timeout(now:)`` has something to do.
    private(set) var deadline: NIODeadline
    /// Whether the answer being made is the last one.
    private(set) var closes = false
    /// The running request; the answer to bytes that are no request has none.
    private(set) var plan: RequestPlan?

    private let limits: IngestLimits
    private var bodyBytes = 0
    private var isStopping = false
    private var hasUnreadInput = false
    private var isInputClosed = false

    init(limits: IngestLimits, now: NIODeadline) {
        self.limits = limits
        deadline = now + TimeAmount(limits.idleTime)
    }

    /// Whether a part of a request may be handed in now.
    var takesInput: Bool {
        switch state {
        case .idle, .heading, .reading: true
        case .answering, .sending, .draining, .closed: false
        }
    }

    /// Whether nothing but a part of a head has come, so that its end loses no request.
    var isWithoutRequest: Bool { state == .idle || state == .heading }

    // MARK: What arrives

    /// Bytes came that made up no part of a request.
    mutating func bytesArrived(now: NIODeadline) {
        guard state == .idle else { return }
        state = .heading
        deadline = now + TimeAmount(limits.headerTime)
    }

    /// A request head came.
    mutating func head(_ plan: RequestPlan, now: NIODeadline) -> Action {
        guard state == .idle || state == .heading else { return .none }
        self.plan = plan
        bodyBytes = 0
        closes = plan.closes || isStopping
        if plan.hasUnreadInput, case .refuse(let refusal) = plan.route { return refuse(refusal) }
        state = .reading
        deadline = now + TimeAmount(limits.bodyTime)
        return plan.headers.expectsContinue && plan.headers.hasBody ? .sendContinue : .none
    }

    /// A part of the body came.
    mutating func body(_ count: Int) -> Action {
        guard state == .reading, let plan else { return .none }
        bodyBytes += count
        guard bodyBytes <= plan.bodyLimitBytes else {
            return refuse(Refusal(.bodyTooLarge(limitBytes: plan.bodyLimitBytes)))
        }
        return .keepBody
    }

    /// There is no memory for the body.
    mutating func overloaded() -> Action {
        guard state == .reading else { return .none }
        return refuse(Refusal(.tooMuchArriving))
    }

    /// The request is whole.
    mutating func end() -> Action {
        guard state == .reading, let plan else { return .none }
        state = .answering
        deadline = .distantFuture
        return .answer(plan.route)
    }

    /// The bytes cannot be read as a request, or not as the rest of the running one.
    mutating func malformed(_ problem: Problem) -> Action {
        guard takesInput else { return .none }
        if state != .reading { plan = nil }
        return refuse(Refusal(problem))
    }

    /// The sender sends nothing more.
    mutating func inputClosed() -> Action {
        isInputClosed = true
        switch state {
        case .idle, .heading, .draining: return close()
        case .reading: return refuse(Refusal(.cutShort))
        case .answering, .sending, .closed: return .none
        }
    }

    // MARK: What goes out

    /// The answer was written; `isFlushed` tells whether the kernel has taken all of it.
    mutating func answered(isFlushed: Bool, now: NIODeadline) -> Action {
        guard state == .answering else { return .none }
        guard isFlushed else {
            state = .sending
            deadline = now + TimeAmount(limits.answerTime)
            return .awaitFlush
        }
        return finish(now: now)
    }

    /// The kernel has taken all of the answer.
    mutating func flushed(now: NIODeadline) -> Action {
        state == .sending ? finish(now: now) : .none
    }

    // MARK: What else happens

    /// A deadline may have passed.
    mutating func timeout(now: NIODeadline) -> Action {
        guard deadline <= now else { return .none }
        switch state {
        case .idle, .sending, .draining:
            return close()
        case .heading:
            plan = nil
            return refuse(Refusal(.headTooSlow))
        case .reading:
            return refuse(Refusal(isStopping ? .stopping : .bodyTooSlow))
        case .answering, .closed:
            return .none
        }
    }

    /// The server is stopping: idle connections end, running requests are finished.
    mutating func quiesce(now: NIODeadline) -> Action {
        isStopping = true
        closes = true
        switch state {
        case .idle, .heading:
            return close()
        case .reading:
            deadline = min(deadline, now + TimeAmount(limits.stopTime))
            return .none
        case .answering, .sending, .draining, .closed:
            return .none
        }
    }

    /// Another connection needs the place.
    mutating func makeRoom() -> Action {
        isWithoutRequest ? close() : .none
    }

    /// The connection is gone.
    mutating func inactive() {
        _ = close()
    }

    // MARK: Transitions

    private mutating func refuse(_ refusal: Refusal) -> Action {
        state = .answering
        deadline = .distantFuture
        closes = true
        hasUnreadInput = true
        return .refuse(refusal)
    }

    private mutating func finish(now: NIODeadline) -> Action {
        plan = nil
        guard closes else {
            state = .idle
            deadline = now + TimeAmount(limits.idleTime)
            return .takeNext
        }
        guard hasUnreadInput, !isInputClosed else { return close() }
        // A close with unread bytes in the kernel would send a reset, which may overtake the answer (RFC 9112, 9.6).
        state = .draining
        deadline = now + TimeAmount(limits.lingerTime)
        return .closeOutput
    }

    private mutating func close() -> Action {
        defer { (state, deadline) = (.closed, .distantFuture) }
        return state == .closed ? .none : .close
    }
}
