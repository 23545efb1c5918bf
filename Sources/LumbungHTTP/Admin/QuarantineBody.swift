import LumbungCore
import LumbungKit

/// The body of a wish about requests in quarantine: exactly one of `id`, `source` and `all` says which.
struct QuarantineBody: Sendable, Hashable {
    /// Which requests.
    let choice: QuarantineChoice
    /// Whether nothing is changed.
    let isDryRun: Bool

    /// The choice as the audit log has it.
    var asked: (key: String, value: JSONValue) {
        switch choice {
        case .one(let id): ("quarantine_id", .number(id.value))
        case .source(let name): ("source", .string(name))
        case .all: ("all", .bool(true))
        }
    }

    private static let choosers = ["id", "source", "all"]

    /// Reads a body.
    /// - Parameters:
    ///   - bytes: The whole body.
    ///   - takesDryRun: Whether `dry_run` means something to this request.
    /// - Throws: ``Problem`` with status 400 that names the member.
    init(_ bytes: [UInt8], takesDryRun: Bool) throws(Problem) {
        let known = Self.choosers + (takesDryRun ? ["dry_run"] : [])
        let scanned: ScannedBody
        do throws(ScanError) {
            scanned = try JSONScanner.scan(bytes, plan: ScanPlan(pointers: known.map(JSONPointer.init(key:))))
        } catch {
            throw .badRequest("the body: \(error.description)")
        }
        guard scanned.shape == .object, let values = scanned.elements.first?.values, values.count == known.count else {
            throw .badRequest("the body must be one JSON object")
        }
        try ObjectKeys.check(bytes, known: known)
        for (name, value) in zip(known, values) where value.isAmbiguous {
            throw .badParameter(name, "is there more than once")
        }
        let choices = [try Self.id(values[0]), try Self.source(values[1]), try Self.all(values[2])].compactMap { $0 }
        guard let choice = choices.first, choices.count == 1 else {
            throw .badRequest("say which requests by one of: `id`, `source`, `all`")
        }
        self.choice = choice
        isDryRun = takesDryRun ? try Self.flag("dry_run", values[3]) : false
    }

    private static func id(_ value: ScannedValue) throws(Problem) -> QuarantineChoice? {
        switch value.content {
        case .absent, .null: return nil
        case .number(let text):
            guard let number = PositiveNumber.read(String(decoding: text, as: UTF8.self)) else { break }
            return .one(QuarantineID(number))
        default: break
        }
        throw .badParameter("id", "must be a whole number from 1 on")
    }

    private static func source(_ value: ScannedValue) throws(Problem) -> QuarantineChoice? {
        switch value.content {
        case .absent, .null: return nil
        // SQLite would look for what stands before a NUL.
        case .string(let bytes, hasLoneSurrogate: false) where !bytes.isEmpty && !bytes.contains(0):
            return .source(String(decoding: bytes, as: UTF8.self))
        default: throw .badParameter("source", "must be the name of a source")
        }
    }

    private static func all(_ value: ScannedValue) throws(Problem) -> QuarantineChoice? {
        try flag("all", value) ? .all : nil
    }

    private static func flag(_ name: String, _ value: ScannedValue) throws(Problem) -> Bool {
        switch value.content {
        case .absent, .null: return false
        case .bool(let flag): return flag
        default: throw .badParameter(name, "must be true or false")
        }
    }
}
