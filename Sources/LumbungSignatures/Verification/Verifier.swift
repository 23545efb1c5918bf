public import LumbungCore

/// Checks whether requests come from who they say, by the rules of a source and its secrets.
///
/// Pure and without state. Bytes are compared in a time that does not depend on them, lengths first; nothing of the
/// request makes it trap, and its time grows with the request's length and the logarithm of its fields.
public struct Verifier: Sendable {
    private struct Keyed {
        let check: any RequestCheck
        /// The places of the rule's secrets among ``secrets``.
        let places: [Int]
    }

    private let checks: [Keyed]

    /// What tells the secrets of the rules apart, each once, in their order.
    public let fingerprints: [SecretFingerprint]

    /// Whether anybody passes.
    public let isOpen: Bool

    /// The headers, in lower case, in which a secret itself comes and which are therefore never kept.
    public let tokenHeaders: Set<String>

    /// Makes a verifier of rules of which one has to hold.
    /// - Throws: ``VerifierError`` when there is no rule, and when one has no secret or one that cannot be its.
    public init(_ rules: [KeyedRule]) throws(VerifierError) {
        guard !rules.isEmpty else { throw VerifierError(description: "there is no rule to check requests by") }
        isOpen = rules.contains { $0.rule == .none }
        tokenHeaders = Set(
            rules.compactMap { keyed in
                if case .token(.value(.header(let name))) = keyed.rule { name } else { nil }
            })
        var (checks, secrets) = ([Keyed](), [String]())
        for keyed in rules {
            secrets += keyed.secrets.filter { !secrets.contains($0) }
            let places = keyed.secrets.compactMap { secrets.firstIndex(of: $0) }
            checks.append(Keyed(check: try Self.check(keyed.rule, keyed.secrets), places: places))
        }
        self.checks = checks
        fingerprints = secrets.map(SecretFingerprint.init(of:))
    }

    /// Makes a verifier whose rules share their secrets, as ``KeyedRule/sharing(_:among:)`` has it.
    public init(_ rules: [VerificationRule], secrets: [String]) throws(VerifierError) {
        try self.init(try KeyedRule.sharing(secrets, among: rules))
    }

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - now: The receiver's time.
    /// - Returns: The index of the secret that matched among all of the rules' secrets, each counted once, in their
    ///   order; nil when none is needed.
    /// - Throws: ``VerificationFailure``, which is for the operator and never for the sender.
    @discardableResult
    public func verify(_ request: SignedRequest, now: Timestamp) throws(VerificationFailure) -> Int? {
        var trace = VerificationTrace(isKept: false)
        return try verify(request, now: now, &trace)
    }

    /// Checks a request and tells each step, secrets masked.
    public func explain(
        _ request: SignedRequest, now: Timestamp
    ) -> (steps: [VerificationStep], result: Result<Int?, VerificationFailure>) {
        var trace = VerificationTrace(isKept: true)
        do throws(VerificationFailure) {
            let index = try verify(request, now: now, &trace)
            return (trace.steps, .success(index))
        } catch {
            return (trace.steps, .failure(error))
        }
    }

    private func verify(
        _ request: SignedRequest, now: Timestamp, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) -> Int? {
        // Of several rules that fail the operator is told of the one that came closest.
        var failure = VerificationFailure(.missing, "there is no rule")
        for keyed in checks {
            do throws(VerificationFailure) {
                return try keyed.check.verify(request, now: now, &trace).map { keyed.places[$0] }
            } catch {
                if error.step >= failure.step { failure = error }
            }
        }
        throw failure
    }

    private static func check(
        _ rule: VerificationRule, _ secrets: [String]
    ) throws(VerifierError) -> any RequestCheck {
        if case .none = rule { return OpenCheck() }
        guard !secrets.isEmpty else { throw VerifierError(description: "a secret is needed to check its requests") }
        switch rule {
        case .none: return OpenCheck()
        case .token(let place): return TokenCheck(place: place, secrets: secrets.map { Array($0.utf8) })
        case .signature(let rule): return try SignatureCheck(rule, secrets: secrets)
        case .standardWebhooks(let tolerance):
            return try StandardWebhooksCheck(tolerance: tolerance, secrets: secrets)
        }
    }
}

/// One rule made ready.
protocol RequestCheck: Sendable {
    /// The index of the secret that matched, among the rule's own.
    func verify(
        _ request: SignedRequest, now: Timestamp, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) -> Int?
}

/// Lets everybody pass.
struct OpenCheck: RequestCheck {
    func verify(
        _ request: SignedRequest, now: Timestamp, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) -> Int? {
        trace.add("check", "none: anybody may send")
        return nil
    }
}

/// Why rules and secrets make no verifier.
public struct VerifierError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence; nothing of a secret is in it.
    public let description: String
}

/// Why a request is refused.
public struct VerificationFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The step that failed; a closed list, fit for a metric's label.
    ///
    /// The later a step, the more of the request was as it has to be.
    public enum Step: String, Sendable, Hashable, CaseIterable, Comparable {
        /// There is no signature or token, or none that can be read.
        case missing
        /// The signed time is missing, unreadable or outside the tolerance.
        case timestamp
        /// A part of the signed text is missing or there twice.
        case content
        /// No secret matches.
        case signature

        /// Whether a step comes before another.
        public static func < (left: Step, right: Step) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// The step.
    public let step: Step
    /// One sentence for the operator; nothing of a secret is in it.
    public let description: String

    package init(_ step: Step, _ description: String) {
        self.step = step
        self.description = description
    }
}

/// One step of a check, told to a person.
public struct VerificationStep: Sendable, Hashable {
    /// What was looked at.
    public let name: String
    /// What was found, secrets masked.
    public let detail: String
}

/// The steps of a check, when somebody wants to know.
struct VerificationTrace {
    let isKept: Bool
    private(set) var steps: [VerificationStep] = []

    init(isKept: Bool) {
        self.isKept = isKept
    }

    mutating func add(_ name: String, _ detail: @autoclosure () -> String) {
        if isKept { steps.append(VerificationStep(name: name, detail: detail())) }
    }
}
