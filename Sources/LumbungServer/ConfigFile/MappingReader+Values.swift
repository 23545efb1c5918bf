import LumbungCore

extension MappingReader {
    /// The key's rate, if the key is there and holds one.
    func rate(_ key: String, _ problems: inout ProblemList) -> DeliveryRate? {
        let expected = "a rate of 1 to \(DeliveryRate.maxCount) a second, minute or hour, such as 50/s, 600/m or 3600/h"
        return converted(key, expected: expected, &problems) { DeliveryRate($0) }
    }

    /// The key's word, if the key is there and holds one of the words.
    func word(_ key: String, among words: [String], _ problems: inout ProblemList) -> String? {
        let expected = words.map { "`\($0)`" }.joined(separator: " or ")
        return converted(key, expected: expected, &problems) { words.contains($0) ? $0 : nil }
    }

    /// The key's order, if the key is there and holds one.
    func orderKey(_ key: String, _ problems: inout ProblemList) -> OrderConfiguration.Key? {
        let expected = "`tenant`, or a JSON Pointer (RFC 6901) behind `json:`, such as json:/databaseId"
        return converted(key, expected: expected, &problems) { text in
            if text == "tenant" { return .tenant }
            let pointer = String(text.dropFirst(5))
            return text.hasPrefix("json:") && PointerText.isFit(pointer) ? .json(pointer) : nil
        }
    }

    /// Refuses each of the keys that is there because another key is missing.
    func refuse(_ keys: [String], without needed: String, _ problems: inout ProblemList) {
        for key in keys {
            if let entry = self[key] { problems.add(entry.keyLocation, "`\(key)` needs \(needed)") }
        }
    }
}
