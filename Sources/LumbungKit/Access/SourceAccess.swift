import Crypto
public import LumbungCore

/// Who may send to a source, whatever the requests are signed with.
public struct SourceAccess: Sendable {
    /// The addresses that may send; nil for all.
    public var allow: [AddressBlock]?
    /// What requests bring as `?token=…`; nil for nothing.
    public var token: AccessToken?
    /// How many requests are taken in which time; nil for any number.
    public var rate: DeliveryRate?

    /// Lets everybody in.
    public init() {}

    /// Whether requests from an address are looked at; one that is not known is on no list.
    public func admits(_ address: IPAddress?) -> Bool {
        guard let allow else { return true }
        guard let address else { return false }
        return allow.contains { $0.contains(address) }
    }

    /// Refuses a request from another address.
    func check(address: IPAddress?) throws(Problem) {
        guard !admits(address) else { return }
        throw .forbidden(address)
    }

    /// Refuses a request without the token.
    func check(target: String) throws(Problem) {
        guard let token else { return }
        guard let found = RequestQuery(target: target).value("token", plus: UInt8(ascii: "+")) else {
            throw .unverified(step: "token", "there is not one `token` in the query")
        }
        guard token.matches(found) else {
            throw .unverified(step: "token", "the `token` in the query is another one")
        }
    }
}

/// What a request has to bring; kept as its SHA-256 alone.
public struct AccessToken: Sendable, Hashable {
    private let digest: [UInt8]

    /// Takes the token's text.
    public init(_ text: String) {
        digest = Self.digest(Array(text.utf8))
    }

    /// Whether these are the token's bytes; how long it takes says nothing about where they differ.
    func matches(_ bytes: [UInt8]) -> Bool {
        zip(digest, Self.digest(bytes)).reduce(0) { $0 | $1.0 ^ $1.1 } == 0
    }

    private static func digest(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}

extension AccessToken: CustomStringConvertible, CustomReflectable {
    /// The mask.
    public var description: String { "********" }

    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Problem {
    /// The sender's address is on no list; which ones are is for the operator alone.
    public static func forbidden(_ address: IPAddress?) -> Problem {
        let problem = Problem(
            status: 403, slug: "forbidden", title: "Forbidden", detail: "requests from this address are not allowed")
        guard let address else {
            return problem.remarking("the address of the sender is not known, and `allow` lists addresses")
        }
        return problem.remarking("the address \(address.unmapped) is not in `allow`")
    }

    /// More requests came than the source takes.
    static func tooMany(retryAfterSeconds: Int) -> Problem {
        Problem(
            status: 429, slug: "too-many-requests", title: "Too Many Requests",
            detail: "not stored: more requests came than this source takes; send again later",
            retryAfterSeconds: retryAfterSeconds)
    }
}
