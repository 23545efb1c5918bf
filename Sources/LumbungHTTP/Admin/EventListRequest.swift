import LumbungCore
import LumbungKit

/// The parameters of the event list, checked.
struct EventListRequest: Sendable, Hashable {
    /// What to list, but for the destination.
    var query = EventQuery()
    /// The name of a destination.
    var destination: String?

    /// The parameters there are, in the order of docs/api.md.
    static let parameters = [
        "status", "source", "type", "tenant", "uuid", "destination", "from", "to", "q", "limit", "cursor",
    ]
    /// The longest text that is looked for in payloads, in bytes.
    static let longestTextBytes = 128

    /// Reads the query of a request's target.
    /// - Throws: ``Problem`` with status 400 that names the parameter.
    init(_ text: String?) throws(Problem) {
        try self.init(pairs: try QueryText.pairs(text))
    }

    /// Reads parameters that came some other way.
    /// - Throws: ``Problem`` with status 400 that names the parameter.
    init(pairs: [(name: String, value: String)]) throws(Problem) {
        var seen: Set<String> = []
        for (name, value) in pairs {
            guard Self.parameters.contains(name) else { throw .unknownParameter(name, known: Self.parameters) }
            guard seen.insert(name).inserted else { throw .badParameter(name, "is there more than once") }
            try take(name, value)
        }
    }

    private mutating func take(_ name: String, _ value: String) throws(Problem) {
        // An event may have no type and no tenant; everything else has at least one character.
        guard !value.isEmpty || name == "type" || name == "tenant" else { throw .badParameter(name, "is empty") }
        guard !value.utf8.contains(0) else {
            throw .badParameter(name, "has a NUL character, which nothing is found by")
        }
        switch name {
        case "status":
            guard let status = EventStatus(rawValue: value) else {
                let known = EventStatus.allCases.map(\.rawValue).joined(separator: ", ")
                throw .badParameter(name, "must be one of: \(known)")
            }
            query.filter.status = status
        case "source": query.filter.source = value
        case "type": query.filter.type = value
        case "tenant": query.filter.tenant = value
        case "uuid": query.filter.identity = value
        case "destination": destination = value
        case "from": query.filter.from = try Self.time(name, value)
        case "to": query.filter.to = try Self.time(name, value)
        case "q":
            guard value.utf8.count <= Self.longestTextBytes else {
                throw .badParameter(name, "has \(value.utf8.count) bytes; at most \(Self.longestTextBytes) are allowed")
            }
            query.filter.text = Array(value.utf8)
        case "limit":
            query.limit = try PageLimit.read(value, atMost: EventQuery.longestPage)
        default:
            query.before = EventID(try PageCursor.read(value))
        }
    }

    private static func time(_ name: String, _ value: String) throws(Problem) -> Timestamp {
        guard let time = InstantText.read(value) else {
            throw .badParameter(
                name,
                "must be a time in ISO 8601, such as 2026-11-22, 2026-11-22T21:15:00Z or 2026-11-23T04:15:00.123+07:00")
        }
        return time
    }
}

/// A whole number from 1 on in decimal digits, without sign and leading zero.
enum PositiveNumber {
    static func read(_ text: some StringProtocol) -> Int64? {
        guard let first = text.utf8.first, first != UInt8(ascii: "0"), text.utf8.allSatisfy(ASCII.isDigit) else {
            return nil
        }
        return Int64(text)
    }
}

/// The query of a target as pairs of name and value, in their order (`application/x-www-form-urlencoded`).
enum QueryText {
    /// - Throws: ``Problem`` with status 400 for what is not percent-encoded UTF-8.
    static func pairs(_ text: String?) throws(Problem) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for part in (text ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let end = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = decoded(part[..<end], plus: UInt8(ascii: " ")),
                let value = decoded(part[end...].dropFirst(), plus: UInt8(ascii: " "))
            else {
                throw .badRequest("the query is not percent-encoded UTF-8")
            }
            pairs.append((name, value))
        }
        return pairs
    }

    /// Resolves percent-encoding; nil for what is none, or no UTF-8.
    /// - Parameters:
    ///   - text: The encoded text.
    ///   - plus: What a plus stands for.
    static func decoded(_ text: Substring.UTF8View, plus: UInt8 = UInt8(ascii: "+")) -> String? {
        guard let bytes = PercentCoding.strictlyDecoded(text, plus: plus) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
