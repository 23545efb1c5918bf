import LumbungCore
public import LumbungSignatures

extension Source {
    /// Checks that a request comes from the source's sender.
    /// - Returns: The index of the secret that matched; nil when none is needed.
    func verify(_ request: IngestRequest) throws(VerificationFailure) -> Int? {
        guard let verifier, !verifier.isOpen else { return nil }
        return try verifier.verify(signed(request), now: request.receivedAt)
    }

    /// Tells each step of the check, secrets masked.
    public func explain(
        _ request: IngestRequest
    ) -> (steps: [VerificationStep], result: Result<Int?, VerificationFailure>) {
        guard let verifier else { return ([], .success(nil)) }
        return verifier.explain(signed(request), now: request.receivedAt)
    }

    /// The request as its signature sees it.
    func signed(_ request: IngestRequest) -> SignedRequest {
        SignedRequest(
            method: request.method, url: publicURL.map { Self.called($0, request.target) }, target: request.target,
            headers: request.headers.map { ($0.name, $0.value) }, body: request.body)
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
    static let unverified = Problem(
        status: 401, slug: "unauthorized", title: "Unauthorized", detail: "the request does not prove who sent it")
}
