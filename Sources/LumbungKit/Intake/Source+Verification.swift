import LumbungCore
public import LumbungSignatures

extension Source {
    /// Checks that a request comes from the source's sender.
    /// - Returns: The index of the secret that matched; nil when none is needed.
    func verify(_ request: IngestRequest) throws(VerificationFailure) -> Int? {
        guard let verifier = try currentVerifier(), !verifier.isOpen else { return nil }
        return try verifier.verify(signed(request), now: request.receivedAt)
    }

    /// Why a request is refused for the token in its query; nil when it is not.
    public func tokenProblem(of request: IngestRequest) -> Problem? {
        do throws(Problem) {
            try access.check(target: request.target)
            return nil
        } catch {
            return error
        }
    }

    /// Tells each step of the check, secrets masked.
    public func explain(
        _ request: IngestRequest
    ) -> (steps: [VerificationStep], result: Result<Int?, VerificationFailure>) {
        do throws(VerificationFailure) {
            guard let verifier = try currentVerifier() else { return ([], .success(nil)) }
            return verifier.explain(signed(request), now: request.receivedAt)
        } catch {
            return ([], .failure(error))
        }
    }

    private func currentVerifier() throws(VerificationFailure) -> Verifier? {
        guard let capture else { return verifier }
        return try capture.verifier(of: name)
    }

    /// The request as its signature sees it.
    package func signed(_ request: IngestRequest) -> SignedRequest {
        var signed = SignedRequest(
            method: request.method, url: publicURL.map { Self.called($0, request.target) }, target: request.target,
            headers: request.headers.map { ($0.name, $0.value) }, body: request.body)
        // The same decision as for the event, so that what is signed is what is read.
        let format = try? format(of: request)
        signed.isForm = format == .form || format == .formPayload
        return signed
    }

    /// The head of a refused body, in which the source's secrets, which some senders write there, are masked.
    func masked(_ body: [UInt8]) -> [UInt8] {
        SecretMask(knownSecrets).masked(body, upTo: Rejection.keptBodyBytes)
    }

    /// A whole body in which the source's secrets are masked.
    func masked(whole body: [UInt8]) -> [UInt8] {
        SecretMask(handshakeKeys.secrets).masked(body)
    }

    /// Headers in whose values the source's secrets are masked.
    func masked(_ headers: [IngestRequest.Header]) -> [IngestRequest.Header] {
        let mask = SecretMask(knownSecrets)
        return headers.map { header in
            .init(name: header.name, value: String(decoding: mask.masked(Array(header.value.utf8)), as: UTF8.self))
        }
    }

    /// The configured secrets, and the one that the sender brought.
    private var knownSecrets: [[UInt8]] {
        handshakeKeys.secrets + [capture?.captures.secret(of: name)].compactMap { $0.map { Array($0.utf8) } }
    }

    /// The URL that was called: the registered one with the query that came.
    private static func called(_ publicURL: String, _ target: String) -> String {
        guard let mark = target.firstIndex(of: "?") else {
            return publicURL
        }
        return publicURL + target[mark...]
    }
}

extension Problem {
    /// The request could not be checked; why is for the operator alone.
    /// - Parameters:
    ///   - step: The step that failed, of a closed list.
    ///   - reason: Why, in a sentence.
    static func unverified(step: String, _ reason: String) -> Problem {
        var problem = Problem(
            status: 401, slug: "unauthorized", title: "Unauthorized", detail: "the request does not prove who sent it")
        problem.remark = "\(step): \(reason)"
        problem.failedStep = step
        return problem
    }
}
