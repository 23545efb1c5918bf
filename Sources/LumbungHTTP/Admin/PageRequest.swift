import LumbungKit

/// The parameters of a list that has pages and nothing else to choose by.
struct PageRequest: Sendable, Hashable {
    /// The most rows.
    private(set) var limit = 50
    /// Where the page before ended.
    private(set) var cursor: Int64?

    /// Reads the query of a request's target.
    /// - Parameters:
    ///   - text: The query.
    ///   - longest: The most rows that may be asked for.
    ///   - known: The parameters that the list takes.
    /// - Throws: ``Problem`` with status 400 that names the parameter.
    init(_ text: String?, longest: Int, known: [String] = ["limit", "cursor"]) throws(Problem) {
        for (name, value) in try QueryText.each(of: known, in: text) {
            switch name {
            case "limit": limit = try PageLimit.read(value, atMost: longest)
            default: cursor = try PageCursor.read(value)
            }
        }
    }
}

/// The parameter `limit` of a list.
enum PageLimit {
    /// - Throws: ``Problem`` with status 400.
    static func read(_ text: String, atMost longest: Int) throws(Problem) -> Int {
        guard let limit = PositiveNumber.read(text), limit <= Int64(longest) else {
            throw .badParameter("limit", "must be a whole number from 1 to \(longest)")
        }
        return Int(limit)
    }
}

/// The parameter `cursor` of a list.
enum PageCursor {
    /// - Throws: ``Problem`` with status 400.
    static func read(_ text: String) throws(Problem) -> Int64 {
        guard let cursor = PositiveNumber.read(text) else {
            throw .badParameter("cursor", "must be the `next_cursor` of a page before")
        }
        return cursor
    }
}

extension QueryText {
    /// The pairs of a query whose names are known, each at most once and none empty.
    /// - Throws: ``Problem`` with status 400 that names the parameter.
    static func each(of known: [String], in text: String?) throws(Problem) -> [(name: String, value: String)] {
        let pairs = try pairs(text)
        var seen: Set<String> = []
        for (name, value) in pairs {
            guard known.contains(name) else { throw .unknownParameter(name, known: known) }
            guard seen.insert(name).inserted else { throw .badParameter(name, "is there more than once") }
            guard !value.isEmpty else { throw .badParameter(name, "is empty") }
            guard !value.utf8.contains(0) else {
                throw .badParameter(name, "has a NUL character, which nothing is found by")
            }
        }
        return pairs
    }
}
