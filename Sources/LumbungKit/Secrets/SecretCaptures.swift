public import LumbungCore
public import LumbungSignatures
import Synchronization

/// The secrets that senders brought with their handshakes, as the requests of now are checked with them.
///
/// One for the life of a process, so that a reload forgets none.
public final class SecretCaptures: Sendable {
    private let secrets: Mutex<[String: String]>

    /// Begins with what the store has kept.
    public init(_ kept: [CapturedSecret] = []) {
        secrets = Mutex(Dictionary(kept.map { ($0.source, $0.secret) }) { first, _ in first })
    }

    /// The secret of a source; nil before its sender has brought one.
    func secret(of source: String) -> String? {
        secrets.withLock { $0[source] }
    }

    /// Whether this is the secret of a source.
    func isKept(_ secret: String, of source: String) -> Bool {
        guard let known = self.secret(of: source) else { return false }
        return ConstantTime.equal(Array(known.utf8), Array(secret.utf8))
    }

    /// Takes note of what the store has done.
    func set(_ secret: String, of source: String) {
        secrets.withLock { $0[source] = secret }
    }

    /// Forgets a secret, unless another one has taken its place.
    func forget(_ secret: String?, of source: String) {
        secrets.withLock { if $0[source] == secret { $0[source] = nil } }
    }
}

/// How a source is checked whose sender brings the secret itself.
public struct SecretCapture: Sendable {
    /// The rules by which requests are checked once the secret is there.
    public var rules: [VerificationRule]
    /// Where the secret is found.
    public var captures: SecretCaptures

    /// Describes it.
    public init(rules: [VerificationRule], captures: SecretCaptures) {
        self.rules = rules
        self.captures = captures
    }

    /// What the requests of a source are checked by now.
    /// - Throws: ``VerificationFailure`` before the secret is there: then nothing passes.
    func verifier(of source: String) throws(VerificationFailure) -> Verifier {
        guard let secret = captures.secret(of: source) else {
            throw VerificationFailure(.missing, "the sender has not brought its secret yet: make the webhook there")
        }
        do throws(VerifierError) {
            return try Verifier(rules, secrets: [secret])
        } catch {
            throw VerificationFailure(.missing, "what the sender brought is no secret: \(error)")
        }
    }
}
