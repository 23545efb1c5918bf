public import LumbungCore

/// Checks whether requests come from who they say, by the rules of a source and its secrets.
///
/// Pure and without state. Bytes are compared in a time that does not depend on them, lengths first; nothing of the
/// request makes it trap, and its time is linear in the request's length.
public struct Verifier: Sendable {
    private let checks: [any RequestCheck]

    /// Whether anybody passes.
    public let isOpen: Bool

    /// Makes a verifier.
    ///
    /// - Parameters:
    ///   - rules: The rules, of which one has to hold.
    ///   - secrets: The secrets, newest first, of which one is enough.
    /// - Throws: ``VerifierError`` when there is no rule, and when a rule needs a secret and none of them can be its.
    public init(_ rules: [VerificationRule], secrets: [String]) throws(VerifierError) {
        guard !rules.isEmpty else { throw VerifierError(description: "there is no rule to check requests by") }
        isOpen = rules.contains(.none)
        var checks: [any RequestCheck] = []
        for rule in rules {
            let fitting = rules.count == 1 ? secrets : try Self.fitting(secrets, rule, among: rules)
            // Of several rules those are left out that none of the secrets is for.
            if fitting.isEmpty, !secrets.isEmpty { continue }
            checks.append(try Self.check(rule, fitting))
        }
        guard !checks.isEmpty else { throw VerifierError(description: "no secret fits any of the rules") }
        self.checks = checks
    }

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - now: The receiver's time.
    /// - Returns: The index of the secret that matched, or nil when none is needed.
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
        var failure = VerificationFailure(.signature, "there is no rule")
        for check in checks {
            do throws(VerificationFailure) {
                return try check.verify(request, now: now, &trace)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// The secrets that are for a rule, where it is one of several.
    ///
    /// A key of Standard Webhooks is no token, and a token that is too short for a key is none. A key that is written
    /// wrongly is a fault, not something to leave out.
    private static func fitting(
        _ secrets: [String], _ rule: VerificationRule, among rules: [VerificationRule]
    ) throws(VerifierError) -> [String] {
        let hasKeys = rules.contains { if case .standardWebhooks = $0 { true } else { false } }
        guard hasKeys else { return secrets }
        var fitting: [String] = []
        for secret in secrets {
            let isKey = ["whsec_", "whsk_", "whpk_"].contains { secret.hasPrefix($0) }
            if case .standardWebhooks = rule {
                guard isKey || (try? SigningSecret(secret)) != nil else { continue }
            } else if isKey {
                continue
            }
            fitting.append(secret)
        }
        return fitting
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
    /// The index of the secret that matched.
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
    public enum Step: String, Sendable, Hashable, CaseIterable {
        /// There is no signature or token, or none that can be read.
        case missing
        /// The signed time is missing, unreadable or outside the tolerance.
        case timestamp
        /// A part of the signed text is missing or there twice.
        case content
        /// No secret matches.
        case signature
    }

    /// The step.
    public let step: Step
    /// One sentence for the operator; nothing of a secret is in it.
    public let description: String

    init(_ step: Step, _ description: String) {
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
