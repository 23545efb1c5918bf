public import LumbungCore

/// Which requests in quarantine an operator means.
public enum QuarantineChoice: Sendable, Hashable {
    /// One.
    case one(QuarantineID)
    /// Those of one source.
    case source(String)
    /// Every one.
    case all
}

/// A request in quarantine as an operator may see it: without the secrets that its headers and query hold.
public struct QuarantineDetail: Sendable, Hashable {
    /// Its number.
    public var id: QuarantineID
    /// The request; its headers, query and, in a list, body are left out.
    public var request: QuarantinedRequest
    /// How long its body is, in bytes.
    public var bodyBytes: Int
    /// The headers without secrets, as a JSON object text.
    public var headers: String

    init(_ item: QuarantinePage.Item, _ source: Source?) {
        let sent = HeaderLines.read(item.request.headers)
        id = item.id
        request = item.request
        request.headers = ""
        request.target = String(item.request.target.prefix { $0 != "?" })
        bodyBytes = item.bodyBytes
        headers = source.map { $0.keptHeaders($0.masked(sent)) } ?? KeptHeaders.json(sent)
    }
}

/// What came of checking requests again.
public struct ReverifyReport: Sendable, Hashable {
    /// A request that still fails.
    public struct Failure: Sendable, Hashable {
        /// Its number; it stays in quarantine.
        public var id: QuarantineID
        /// Why, in a sentence.
        public var reason: String
    }

    /// How many failures are told one by one.
    public static let mostTold = 20

    /// How many requests were looked at.
    public var checked = 0
    /// How many passed, and left the quarantine unless it was a dry run.
    public var passed = 0
    /// How many still fail.
    public var failed = 0
    /// The first of those that fail.
    public var failures: [Failure] = []
    /// How the events of those that passed met the inbox.
    public var events: [AppendOutcome.Kind: Int] = [:]

    mutating func fail(_ id: QuarantineID, _ reason: String) {
        failed += 1
        if failures.count < Self.mostTold { failures.append(Failure(id: id, reason: reason)) }
    }

    mutating func pass(_ outcomes: [AppendOutcome]) {
        passed += 1
        for outcome in outcomes { events[outcome.kind, default: 0] += 1 }
    }
}
