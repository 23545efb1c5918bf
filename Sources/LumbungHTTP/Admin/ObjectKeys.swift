import LumbungCore
import LumbungKit

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The keys of a JSON object, so that one that is not known is refused instead of passed over.
struct ObjectKeys: Decodable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The keys of the object, whatever their values.
    let names: [String]
    /// The keys of its member `filter`; empty when that is no object.
    let filterNames: [String]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        names = container.allKeys.map(\.stringValue)
        let filter = container.allKeys.first { $0.stringValue == "filter" }
        filterNames =
            filter.flatMap { try? container.nestedContainer(keyedBy: Key.self, forKey: $0) }?
            .allKeys.map(\.stringValue) ?? []
    }

    /// Refuses what is not known.
    /// - Throws: ``Problem`` with status 400.
    static func check(_ bytes: [UInt8], known: [String], inFilter: [String] = []) throws(Problem) {
        guard let keys = try? JSONDecoder().decode(ObjectKeys.self, from: Data(bytes)) else {
            throw .badRequest("the body must be one JSON object")
        }
        for key in keys.names.sorted() where !known.contains(key) { throw .unknownParameter(key, known: known) }
        for key in keys.filterNames.sorted() where !inFilter.contains(key) {
            throw .unknownParameter("filter.\(key)", known: inFilter)
        }
    }
}
