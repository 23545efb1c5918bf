/// Typed access to the keys of one mapping; everything unfit becomes a problem with its place.
struct MappingReader {
    let location: FileLocation
    private let entries: [String: LocatedNode.Entry]

    /// Checks that the value is a mapping and that every key is known.
    ///
    /// - Parameters:
    ///   - node: The value.
    ///   - name: What messages call it.
    ///   - keys: The keys that this version reads.
    ///   - defaults: What holds for keys that are not there.
    ///   - problems: Gets one problem a key that is neither.
    init?(
        _ node: LocatedNode,
        name: String,
        keys: [String],
        defaults: [LocatedNode.Entry] = [],
        _ problems: inout ProblemList
    ) {
        guard case .mapping(let entries) = node.content else {
            node.refuse(name, expected: "a mapping", &problems)
            return nil
        }
        location = node.location
        var known = Dictionary(defaults.map { ($0.key, $0) }) { first, _ in first }
        for entry in entries {
            if keys.contains(entry.key) {
                known[entry.key] = entry
            } else {
                let hint = NearestName.hint(
                    for: entry.key, among: keys,
                    otherwise: "; known keys: " + keys.joined(separator: ", "))
                let key = entry.key.prefix(DisplayText.quotedMaxCharacters)
                problems.add(entry.keyLocation, "unknown key `\(key)`\(hint)")
            }
        }
        self.entries = known
    }

    /// The key's entry, if the key is there.
    subscript(key: String) -> LocatedNode.Entry? { entries[key] }

    /// The key's text with its place, if the key is there and holds text.
    func text(_ key: String, expected: String = "text", _ problems: inout ProblemList) -> (String, FileLocation)? {
        guard let value = entries[key]?.value, let scalar = value.scalar(key, expected: expected, &problems) else {
            return nil
        }
        return (scalar.text, value.location)
    }

    /// The key's whole number, if the key is there and within the range.
    func wholeNumber(_ key: String, in range: ClosedRange<Int>, _ problems: inout ProblemList) -> Int? {
        converted(key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)", &problems) { text in
            WholeNumber.parse(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// The key's truth value, if the key is there and holds one.
    func boolean(_ key: String, _ problems: inout ProblemList) -> Bool? {
        converted(key, expected: "true or false", &problems) { Bool($0) }
    }

    /// The key's length of time, if the key is there and within the range.
    func duration(_ key: String, in range: ClosedRange<Duration>, _ problems: inout ProblemList) -> Duration? {
        let bounds = "\(DurationText.describe(range.lowerBound)) to \(DurationText.describe(range.upperBound))"
        let expected = "a duration from \(bounds), such as 250ms, 15s or 6h"
        return converted(key, expected: expected, &problems) { text in
            DurationText(text).flatMap { range.contains($0.duration) ? $0.duration : nil }
        }
    }

    /// What the conversion makes of the key's text, if the key is there; nil and a problem when it makes nothing of it.
    func converted<Value>(
        _ key: String,
        expected: String,
        _ problems: inout ProblemList,
        _ convert: (String) -> Value?
    ) -> Value? {
        guard let node = entries[key]?.value, let scalar = node.scalar(key, expected: expected, &problems) else {
            return nil
        }
        if let value = convert(scalar.text) { return value }
        node.refuseText(key, expected: expected, &problems)
        return nil
    }
}
