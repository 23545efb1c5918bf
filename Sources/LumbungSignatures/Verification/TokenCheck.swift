import LumbungCore

/// Wants one of the secrets as it stands.
struct TokenCheck: RequestCheck {
    let place: TokenPlace
    let secrets: [[UInt8]]

    func verify(
        _ request: SignedRequest, now: Timestamp, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) -> Int? {
        trace.add("check", "token at \(name)")
        if case .items(let pointer, let split) = place {
            return try verifyItems(ItemTokens(pointer, split: split, in: request), &trace)
        }
        guard let token = token(in: request) else {
            trace.add("token", "not there, or there more than once")
            throw VerificationFailure(.missing, "there is no token at \(name), or more than one")
        }
        for (index, secret) in secrets.enumerated() where ConstantTime.equal(token, secret) {
            trace.add("token", "is one of the secrets")
            return index
        }
        trace.add("token", "is there, and none of the \(secrets.count) secrets")
        throw VerificationFailure(.signature, "the token at \(name) is not the secret")
    }

    /// Wants the same secret in every event.
    private func verifyItems(
        _ items: ItemTokens, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) -> Int? {
        let tokens: [[UInt8]]
        do throws(VerificationFailure) {
            tokens = try items.tokens()
        } catch {
            trace.add("token", error.description)
            throw error
        }
        for (index, secret) in secrets.enumerated() where ItemTokens.wrong(tokens, secret).isEmpty {
            trace.add("token", "is secret \(index + 1) in each of \(tokens.count) events")
            return index
        }
        // Told are those of the secret that comes closest; with several live ones two events may each have another.
        let wrong = secrets.map { ItemTokens.wrong(tokens, $0) }.min { $0.count < $1.count } ?? []
        let places = ItemTokens.places(wrong, of: tokens.count)
        trace.add("token", "in \(places) not the one secret that every event has to have")
        throw VerificationFailure(.signature, "the token at \(items.pointer) of \(places) is not the secret")
    }

    private var name: String {
        switch place {
        case .value(let place): place.description
        case .bearer: "Authorization: Bearer"
        case .basic: "Authorization: Basic"
        case .items(let pointer, _): "\(pointer) of each event"
        }
    }

    private func token(in request: SignedRequest) -> [UInt8]? {
        switch place {
        case .value(let place):
            guard case .value(let token) = RequestValues(request, places: [place], sortsForm: false).found(place) else {
                return nil
            }
            return token
        case .bearer: return credentials("bearer", in: request)
        case .basic: return credentials("basic", in: request).flatMap { Base64.decoded($0) }
        case .items: return nil
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
}
