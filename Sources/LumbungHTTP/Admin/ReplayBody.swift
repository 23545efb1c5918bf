import LumbungCore
import LumbungKit

/// The body of a wish to replay many events: the filter of the event list, how, and where to.
///
/// The members of `filter` may stand beside the others as well, but for `destination`, which there says where to.
struct ReplayBody: Sendable, Hashable {
    /// What is wanted.
    private(set) var wish = ReplayWish()
    /// Whether it is only counted.
    private(set) var isDryRun = false

    /// The members of `filter`, as the event list has them.
    static let filterKeys = ["status", "source", "type", "tenant", "uuid", "from", "to", "q"]
    /// The other members of the body.
    static let ownKeys = ["filter", "dry_run", "rate", "destination"]

    private static let pointers =
        ownKeys.map(JSONPointer.init(key:)) + filterKeys.map(JSONPointer.init(key:))
        + (filterKeys + ["destination"]).map { JSONPointer(keys: ["filter", $0]) }
    private static let plan = ScanPlan(pointers: pointers)

    /// Reads a body.
    /// - Throws: ``Problem`` with status 400 that names the member.
    init(_ bytes: [UInt8]) throws(Problem) {
        let scanned: ScannedBody
        do throws(ScanError) {
            scanned = try JSONScanner.scan(bytes, plan: Self.plan)
        } catch {
            throw .badRequest("the body: \(error.description)")
        }
        guard scanned.shape == .object, let values = scanned.elements.first?.values,
            values.count == Self.pointers.count
        else {
            throw .badRequest("the body must be one JSON object")
        }
        try ObjectKeys.check(
            bytes, known: Self.ownKeys + Self.filterKeys, inFilter: Self.filterKeys + ["destination"])
        let named = zip(Self.pointers, values).map { pointer, value in
            (path: pointer.tokens.map { String(decoding: $0, as: UTF8.self) }, value: value)
        }
        try take(named)
    }

    private mutating func take(_ members: [(path: [String], value: ScannedValue)]) throws(Problem) {
        var filter: [(name: String, value: String)] = []
        var isFilterThere = false
        for (path, value) in members {
            let name = path.joined(separator: ".")
            guard !value.isAmbiguous else { throw .badParameter(name, "is there more than once") }
            switch (path[0], path.count) {
            case ("filter", 1):
                isFilterThere = try Self.isObject(name, value)
            case ("dry_run", 1):
                isDryRun = try Self.flag(name, value)
            case ("rate", 1):
                wish.rate = try Self.rate(name, value)
            case ("destination", 1):
                wish.destination = try Self.text(name, value)
            default:
                if let text = try Self.filterText(name, value) { filter.append((path[path.count - 1], text)) }
            }
        }
        guard isFilterThere || !filter.isEmpty else {
            throw .badRequest(
                "say which events: `filter`, such as {\"status\": \"dead\"}; an empty one means all of them")
        }
        let list = try EventListRequest(pairs: filter)
        if let status = list.query.filter.status, !status.isFinished {
            throw .badParameter("status", "must be completed, dead or cancelled; what is on its way is not replayed")
        }
        wish.filter = list.query.filter
        wish.filterDestination = list.destination
    }

    private static func isObject(_ name: String, _ value: ScannedValue) throws(Problem) -> Bool {
        switch value.content {
        case .absent: return false
        case .object: return true
        default: throw .badParameter(name, "must be an object")
        }
    }

    private static func flag(_ name: String, _ value: ScannedValue) throws(Problem) -> Bool {
        switch value.content {
        case .absent, .null: return false
        case .bool(let flag): return flag
        default: throw .badParameter(name, "must be true or false")
        }
    }

    /// A member of the filter; `null` is none, since it would quietly mean every event.
    private static func filterText(_ name: String, _ value: ScannedValue) throws(Problem) -> String? {
        if case .null = value.content {
            throw .badParameter(name, "is null; leave it out to choose by the others alone")
        }
        return try text(name, value)
    }

    private static func text(_ name: String, _ value: ScannedValue) throws(Problem) -> String? {
        switch value.content {
        case .absent, .null: return nil
        case .string(let bytes, hasLoneSurrogate: false): return String(decoding: bytes, as: UTF8.self)
        default: throw .badParameter(name, "must be text")
        }
    }

    private static func rate(_ name: String, _ value: ScannedValue) throws(Problem) -> DeliveryRate? {
        guard let text = try text(name, value) else { return nil }
        guard let rate = DeliveryRate(text) else {
            throw .badParameter(
                name,
                "must be 1 to \(DeliveryRate.maxCount) events a second, minute or hour, such as 50/s, 600/m or 3600/h")
        }
        return rate
    }
}
