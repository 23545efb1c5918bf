import LumbungCore

/// The query of a request target.
struct RequestQuery: Sendable {
    private let query: Substring.UTF8View

    /// Takes the query of a target as sent; without a question mark it is empty.
    init(target: String) {
        let bytes = Substring(target).utf8
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else {
            query = Substring().utf8
            return
        }
        query = bytes[bytes.index(after: mark)...]
    }

    /// The decoded value of a name that stands there once.
    ///
    /// Nil for a name that stands there twice, since readers disagree on which one counts, and for a value whose percent
    /// signs are not followed by two digits.
    /// - Parameters:
    ///   - name: The name.
    ///   - plus: What a plus in the value stands for: a blank in forms, itself in tokens, which often are base64.
    func value(_ name: StaticString, plus: UInt8) -> [UInt8]? {
        var found: [UInt8]?
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let decoded = PercentCoding.strictlyDecoded(pair[..<end], plus: plus),
                decoded.elementsEqual(name.description.utf8)
            else { continue }
            guard found == nil, let value = PercentCoding.strictlyDecoded(pair[end...].dropFirst(), plus: plus) else {
                return nil
            }
            found = value
        }
        return found
    }

    /// The same, read as a form is.
    func formValue(_ name: StaticString) -> [UInt8]? { value(name, plus: UInt8(ascii: " ")) }
}
