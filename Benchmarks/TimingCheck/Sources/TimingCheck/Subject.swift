import LumbungCore
import LumbungSignatures

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A check, and what its header has to hold.
struct Subject {
    let name: String
    private let verifier: Verifier
    private let header: String
    /// What is compared, written in characters of which each stands for `width` to a byte.
    private let right: [UInt8]
    private let width: Int
    private let body: [UInt8]

    private static let secret = "It's a Secret to Everybody"
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)
    private static let digits = Array("0123456789".utf8)

    /// An HMAC-SHA256 in hexadecimal digits.
    static func signature() throws -> Subject {
        var rule = SignatureRule(scheme: .hmac(.sha256), place: .header("x-signature"))
        rule.encoding = .hex
        let keyed = KeyedRule(.signature(rule), secrets: [secret])
        let signer = try RequestSigner([keyed])
        // Reading `a` may take another time than reading `1`, which tells nothing of the right signature: one whose
        // first and last byte are written in digits leaves that out.
        for number in 0..<10_000 {
            let body = Array(#"{"uuid":"\#(number)"}"#.utf8)
            let request = SignedRequest(method: "POST", url: nil, target: "/webhook/x", headers: [], body: body)
            let signed = try signer.sign(request, now: now, id: "x")
            let right =
                signed.headers.first { $0.name.lowercased() == "x-signature" }.map { Array($0.value.utf8) } ?? []
            guard right.count == 64, (right.prefix(2) + right.suffix(2)).allSatisfy(digits.contains) else { continue }
            return Subject(
                name: "signature", verifier: try Verifier([keyed]), header: "X-Signature", right: right, width: 2,
                body: body)
        }
        fatalError("of 10,000 signatures one begins and ends with digits")
    }

    /// A token of 64 bytes in a header.
    static func token() throws -> Subject { try token("token", longer: 0) }

    /// A token that is longer than the secret: its bytes are never compared, so a difference here is one of the
    /// measurement and not of the check.
    static func control() throws -> Subject { try token("control", longer: 1) }

    private static func token(_ name: String, longer: Int) throws -> Subject {
        let token = String(repeating: "7", count: 64)
        return Subject(
            name: name, verifier: try Verifier([.token(.value(.header("x-token")))], secrets: [token]),
            header: "X-Token", right: Array((token + String(repeating: "7", count: longer)).utf8), width: 1,
            body: Array("{}".utf8))
    }

    /// A request whose first or last byte is wrong; made anew each time, so that both kinds lie in memory alike.
    func request(isLast: Bool, _ chance: inout Chance) -> SignedRequest {
        var text = right
        let place = isLast ? right.count - width : 0
        repeat {
            for index in place..<place + width { text[index] = Self.digits[Int(chance.next() % 10)] }
        } while text == right
        let headers = [("Content-Type", "application/json"), (header, String(decoding: text, as: UTF8.self))]
        return SignedRequest(method: "POST", url: nil, target: "/webhook/x", headers: headers, body: body)
    }

    /// How long it takes to refuse it.
    func nanoseconds(_ request: SignedRequest) -> UInt64 {
        let start = monotonicNanoseconds()
        let passes = (try? verifier.verify(request, now: Self.now)) != nil
        let end = monotonicNanoseconds()
        guard !passes else { fatalError("what is wrong was taken") }
        return end - start
    }
}

private func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
