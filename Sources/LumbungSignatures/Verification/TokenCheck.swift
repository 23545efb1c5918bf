import LumbungCore

/// Wants one of the secrets as it stands.
struct TokenCheck: RequestCheck {
    let place: TokenPlace
    let secrets: [[UInt8]]

    func verify(
        _ request: SignedRequest, now: Timestamp, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) -> Int? {
        trace.add("check", "token at \(name)")
        let tokens = tokens(in: request)
        guard let tokens, !tokens.isEmpty else {
            trace.add("token", "not there, or there more than once")
            throw VerificationFailure(.missing, "there is no token at \(name), or more than one")
        }
        for (index, secret) in secrets.enumerated() where matches(tokens, secret) {
            trace.add("token", "is one of the secrets")
            return index
        }
        trace.add("token", "is there, and none of the \(secrets.count) secrets")
        throw VerificationFailure(.signature, "the token at \(name) is not the secret")
    }

    /// Every token is looked at, so that the time does not tell which of them is wrong.
    private func matches(_ tokens: [[UInt8]], _ secret: [UInt8]) -> Bool {
        tokens.reduce(true) { isSame, token in ConstantTime.equal(token, secret) && isSame }
    }

    private var name: String {
        switch place {
        case .value(let place): place.description
        case .bearer: "Authorization: Bearer"
        case .basic: "Authorization: Basic"
        case .items(let pointer, _): "\(pointer) of each event"
        }
    }

    private func tokens(in request: SignedRequest) -> [[UInt8]]? {
        switch place {
        case .value(let place):
            guard case .value(let token) = RequestValues(request, places: [place], sortsForm: false).found(place) else {
                return nil
            }
            return [token]
        case .bearer: return credentials("bearer", in: request).map { [$0] }
        case .basic: return credentials("basic", in: request).flatMap { Base64.decoded($0) }.map { [$0] }
        case .items(let pointer, let split): return items(pointer, split: split, in: request)
        }
    }

    /// What stands behind a scheme in `Authorization` (RFC 9110, section 11.6.2).
    private func credentials(_ scheme: String, in request: SignedRequest) -> [UInt8]? {
        let values = request.values(ofHeader: "authorization")
        guard values.count == 1 else { return nil }
        let word = values[0].utf8.prefix { $0 != UInt8(ascii: " ") }
        guard String(Substring(word)).lowercased() == scheme else { return nil }
        return Array(values[0].utf8.dropFirst(word.count + 1))
    }

    private func items(_ pointer: JSONPointer, split: JSONPointer, in request: SignedRequest) -> [[UInt8]]? {
        let plan = ScanPlan(split: split, pointers: [pointer])
        guard let scanned = try? JSONScanner.scan(request.body, plan: plan) else { return nil }
        var tokens: [[UInt8]] = []
        for element in scanned.elements {
            guard case .value(let token) = RequestValues.found(element.values[0]) else { return nil }
            tokens.append(token)
        }
        return tokens
    }
}
