import LumbungCore

/// The tokens of a request that has one in every event.
struct ItemTokens {
    let pointer: JSONPointer
    private let split: JSONPointer
    let body: [UInt8]

    init(_ pointer: JSONPointer, split: JSONPointer, in request: SignedRequest) {
        self.pointer = pointer
        self.split = split
        body = request.body
    }

    /// One of each event, in their order; there is at least one.
    func tokens() throws(VerificationFailure) -> [[UInt8]] {
        let scanned = try scanned()
        guard !scanned.elements.isEmpty else {
            throw VerificationFailure(.missing, "there is no event, and so no token at \(pointer) of one")
        }
        let found = scanned.elements.map { RequestValues.found($0.values[0]) }
        let tokens = found.compactMap { if case .value(let token) = $0 { token } else { nil } }
        guard tokens.count == found.count else {
            let without = found.indices.filter { if case .value = found[$0] { false } else { true } }
            let places = Self.places(without, of: found.count)
            throw VerificationFailure(
                .missing, "the token at \(pointer) of \(places) is not there, or there more than once")
        }
        return tokens
    }

    /// The events, each with what stands in the place of its token.
    func scanned() throws(VerificationFailure) -> ScannedBody {
        do throws(ScanError) {
            return try JSONScanner.scan(body, plan: ScanPlan(split: split, pointers: [pointer]))
        } catch {
            throw VerificationFailure(.missing, "the events cannot be read: \(error.description)")
        }
    }

    /// The indices of those that are not the secret; every one is looked at, so that the time does not tell which.
    static func wrong(_ tokens: [[UInt8]], _ secret: [UInt8]) -> [Int] {
        tokens.indices.filter { !ConstantTime.equal(tokens[$0], secret) }
    }

    /// `event 2 of 3`, or `events 2, 4 of 9`; at most ten are named.
    static func places(_ indices: [Int], of count: Int) -> String {
        let named = indices.prefix(10).map { String($0 + 1) }.joined(separator: ", ")
        let more = indices.count > 10 ? " and \(indices.count - 10) more" : ""
        return "\(indices.count == 1 ? "event" : "events") \(named)\(more) of \(count)"
    }
}
