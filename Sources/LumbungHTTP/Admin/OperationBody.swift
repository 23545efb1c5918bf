import LumbungCore
import LumbungKit

/// The optional body of a request that changes something.
///
/// A key that is not known is refused: a misspelt `destination` would mean every one of them.
struct OperationBody: Sendable, Hashable {
    /// The largest body in bytes.
    static let maxBytes = 65_536

    /// The destination meant; nil for all of the event's.
    private(set) var destination: String?
    /// Whether the routes of now say where to.
    private(set) var isRerouted = false

    /// Reads a body; an empty one asks for nothing in particular.
    /// - Parameters:
    ///   - bytes: The whole body.
    ///   - keys: The keys that mean something to this request.
    /// - Throws: ``Problem`` with status 400.
    init(_ bytes: [UInt8], keys: [String]) throws(Problem) {
        guard !bytes.isEmpty else { return }
        let scanned: ScannedBody
        do throws(ScanError) {
            scanned = try JSONScanner.scan(bytes, plan: Self.plan)
        } catch {
            throw .badRequest("the body: \(error.description)")
        }
        guard scanned.shape == .object, let values = scanned.elements.first?.values, values.count == 2 else {
            throw .badRequest("the body must be one JSON object")
        }
        try ObjectKeys.check(bytes, known: keys)
        destination = try Self.text("destination", values[0])
        isRerouted = try Self.flag("reroute", values[1])
        guard destination == nil || !isRerouted else {
            throw .badRequest("`destination` and `reroute` exclude each other")
        }
    }

    private static let plan = ScanPlan(pointers: [JSONPointer(key: "destination"), JSONPointer(key: "reroute")])

    private static func text(_ name: String, _ value: ScannedValue) throws(Problem) -> String? {
        guard !value.isAmbiguous else { throw .badParameter(name, "is there more than once") }
        switch value.content {
        case .absent, .null: return nil
        case .string(let bytes, hasLoneSurrogate: false) where !bytes.isEmpty:
            return String(decoding: bytes, as: UTF8.self)
        default: throw .badParameter(name, "must be the name of a destination")
        }
    }

    private static func flag(_ name: String, _ value: ScannedValue) throws(Problem) -> Bool {
        guard !value.isAmbiguous else { throw .badParameter(name, "is there more than once") }
        switch value.content {
        case .absent, .null: return false
        case .bool(let flag): return flag
        default: throw .badParameter(name, "must be true or false")
        }
    }
}
